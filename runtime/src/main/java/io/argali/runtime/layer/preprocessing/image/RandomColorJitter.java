package io.argali.runtime.layer.preprocessing.image;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Varies brightness, contrast, saturation and hue. (batch, h, w, channels) → (batch, h, w, channels) */
public record RandomColorJitter(
        List<Double> valueRange,
        @Nullable Object brightnessFactor,
        @Nullable Object contrastFactor,
        @Nullable Object saturationFactor,
        @Nullable Object hueFactor,
        @Nullable Object seed)
        implements Augmentation {
    public static final RandomColorJitter DEFAULTS =
            new RandomColorJitter(List.of(0.0, 255.0), null, null, null, null, null);
}
