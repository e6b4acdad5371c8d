package io.argali.runtime.layer.preprocessing.image;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Leaves fewer bits to the values. (batch, h, w, channels) → (batch, h, w, channels) */
public record RandomPosterization(
        @Nullable Object factor,
        List<Double> valueRange,
        String dataFormat,
        @Nullable Object seed) implements Augmentation {
    public static final RandomPosterization DEFAULTS =
            new RandomPosterization(null, List.of(0.0, 255.0), "channels_last", null);
}
