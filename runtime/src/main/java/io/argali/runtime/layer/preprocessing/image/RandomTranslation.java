package io.argali.runtime.layer.preprocessing.image;

import org.jspecify.annotations.Nullable;

/** Moves images. (batch, h, w, channels) → (batch, h, w, channels) */
public record RandomTranslation(
        @Nullable Object heightFactor,
        @Nullable Object widthFactor,
        String fillMode,
        String interpolation,
        @Nullable Object seed,
        double fillValue,
        String dataFormat)
        implements Augmentation {
    public static final RandomTranslation DEFAULTS =
            new RandomTranslation(null, null, "reflect", "bilinear", null, 0, "channels_last");
}
