package io.argali.runtime.layer.preprocessing.image;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Varies how far values are from their mean. (batch, h, w, channels) → (batch, h, w, channels) */
public record RandomContrast(
        @Nullable Object factor,
        List<Double> valueRange,
        @Nullable Object seed) implements Augmentation {
    public static final RandomContrast DEFAULTS = new RandomContrast(null, List.of(0.0, 255.0), null);
}
