package io.argali.runtime.layer.preprocessing.image;

import org.jspecify.annotations.Nullable;

/** Cuts images to a size in training; Keras leaves them whole otherwise, whatever their size. (batch, h, w, channels) → (batch, h, w, channels) */
public record RandomCrop(int height, int width, @Nullable Object seed, String dataFormat) implements Augmentation {
    public static final RandomCrop DEFAULTS = new RandomCrop(1, 1, null, "channels_last");
}
