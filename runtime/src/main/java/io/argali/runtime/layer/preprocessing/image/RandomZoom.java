package io.argali.runtime.layer.preprocessing.image;

import org.jspecify.annotations.Nullable;

/** Zooms images in or out. (batch, h, w, channels) → (batch, h, w, channels) */
public record RandomZoom(
        @Nullable Object heightFactor,
        @Nullable Object widthFactor,
        String fillMode,
        String interpolation,
        @Nullable Object seed,
        double fillValue,
        String dataFormat)
        implements Augmentation {
    public static final RandomZoom DEFAULTS =
            new RandomZoom(null, null, "reflect", "bilinear", null, 0, "channels_last");
}
