package io.argali.runtime.layer.preprocessing.image;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Varies how strong colours are. (batch, h, w, channels) → (batch, h, w, channels) */
public record RandomSaturation(
        @Nullable Object factor,
        List<Double> valueRange,
        String dataFormat,
        @Nullable Object seed) implements Augmentation {
    public static final RandomSaturation DEFAULTS =
            new RandomSaturation(null, List.of(0.0, 255.0), "channels_last", null);
}
