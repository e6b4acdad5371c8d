package io.argali.runtime.layer.preprocessing.image;

import org.jspecify.annotations.Nullable;

/** Mirrors images. (batch, h, w, channels) → (batch, h, w, channels) */
public record RandomFlip(String mode, @Nullable Object seed, String dataFormat) implements Augmentation {
    public static final RandomFlip DEFAULTS = new RandomFlip("horizontal_and_vertical", null, "channels_last");
}
