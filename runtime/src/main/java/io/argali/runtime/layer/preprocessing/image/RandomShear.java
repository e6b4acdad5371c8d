package io.argali.runtime.layer.preprocessing.image;

import org.jspecify.annotations.Nullable;

/** Shears images. (batch, h, w, channels) → (batch, h, w, channels) */
public record RandomShear(
        @Nullable Object xFactor,
        @Nullable Object yFactor,
        String interpolation,
        String fillMode,
        double fillValue,
        String dataFormat,
        @Nullable Object seed)
        implements Augmentation {
    public static final RandomShear DEFAULTS =
            new RandomShear(0.0, 0.0, "bilinear", "reflect", 0, "channels_last", null);
}
