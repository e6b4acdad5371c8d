package io.argali.runtime.layer.preprocessing.image;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes images part of the way to grey. (batch, h, w, channels) → (batch, h, w, channels) */
public record RandomColorDegeneration(
        @Nullable Object factor,
        List<Double> valueRange,
        String dataFormat,
        @Nullable Object seed) implements Augmentation {
    public static final RandomColorDegeneration DEFAULTS =
            new RandomColorDegeneration(null, List.of(0.0, 255.0), "channels_last", null);
}
