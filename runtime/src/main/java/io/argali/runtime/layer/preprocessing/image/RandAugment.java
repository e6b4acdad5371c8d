package io.argali.runtime.layer.preprocessing.image;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A few variations out of many. (batch, h, w, channels) → (batch, h, w, channels) */
public record RandAugment(
        List<Double> valueRange,
        int numOps,
        @Nullable Object factor,
        String interpolation,
        @Nullable Object seed) implements Augmentation {
    public static final RandAugment DEFAULTS = new RandAugment(List.of(0.0, 255.0), 2, 0.5, "bilinear", null);
}
