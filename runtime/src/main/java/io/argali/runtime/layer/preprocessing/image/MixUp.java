package io.argali.runtime.layer.preprocessing.image;

import org.jspecify.annotations.Nullable;

/** Each image is mixed with another of the batch. (batch, h, w, channels) → (batch, h, w, channels) */
public record MixUp(
        double alpha, String dataFormat, @Nullable Object seed) implements Augmentation {
    public static final MixUp DEFAULTS = new MixUp(0.2, "channels_last", null);
}
