package io.argali.runtime.layer.preprocessing.image;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns the values above a threshold around. (batch, h, w, channels) → (batch, h, w, channels) */
public record Solarization(
        @Nullable Object additionFactor,
        @Nullable Object thresholdFactor,
        List<Double> valueRange,
        @Nullable Object seed)
        implements Augmentation {
    public static final Solarization DEFAULTS = new Solarization(0.0, 0.0, List.of(0.0, 255.0), null);
}
