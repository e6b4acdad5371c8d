package io.argali.runtime.layer.preprocessing.image;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns the colours. (batch, h, w, channels) → (batch, h, w, channels) */
public record RandomHue(
        @Nullable Object factor,
        List<Double> valueRange,
        String dataFormat,
        @Nullable Object seed) implements Augmentation {
    public static final RandomHue DEFAULTS = new RandomHue(null, List.of(0.0, 255.0), "channels_last", null);
}
