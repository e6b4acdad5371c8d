package io.argali.runtime.layer.preprocessing.image;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Fills a random rectangle. (batch, h, w, channels) → (batch, h, w, channels) */
public record RandomErasing(
        @Nullable Object factor,
        @Nullable Object scale,
        @Nullable Object fillValue,
        List<Double> valueRange,
        @Nullable Object seed)
        implements Augmentation {
    public static final RandomErasing DEFAULTS =
            new RandomErasing(1.0, List.of(0.02, 0.33), null, List.of(0.0, 255.0), null);
}
