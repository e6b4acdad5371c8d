package io.argali.runtime.layer.preprocessing.image;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Adds a random number to images. (batch, h, w, channels) → (batch, h, w, channels) */
public record RandomBrightness(
        @Nullable Object factor,
        List<Double> valueRange,
        @Nullable Object seed) implements Augmentation {
    public static final RandomBrightness DEFAULTS = new RandomBrightness(null, List.of(0.0, 255.0), null);
}
