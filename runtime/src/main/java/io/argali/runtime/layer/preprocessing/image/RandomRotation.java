package io.argali.runtime.layer.preprocessing.image;

import org.jspecify.annotations.Nullable;

/** Rotates images. (batch, h, w, channels) → (batch, h, w, channels) */
public record RandomRotation(
        @Nullable Object factor,
        String fillMode,
        String interpolation,
        @Nullable Object seed,
        double fillValue,
        String dataFormat)
        implements Augmentation {
    public static final RandomRotation DEFAULTS =
            new RandomRotation(null, "reflect", "bilinear", null, 0, "channels_last");
}
