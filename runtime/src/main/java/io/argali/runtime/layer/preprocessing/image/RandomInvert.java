package io.argali.runtime.layer.preprocessing.image;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns some images into their negatives. (batch, h, w, channels) → (batch, h, w, channels) */
public record RandomInvert(
        @Nullable Object factor,
        List<Double> valueRange,
        @Nullable Object seed) implements Augmentation {
    public static final RandomInvert DEFAULTS = new RandomInvert(1.0, List.of(0.0, 255.0), null);
}
