package io.argali.runtime.layer.preprocessing.image;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Moves pixels by smooth random distances. (batch, h, w, channels) → (batch, h, w, channels) */
public record RandomElasticTransform(
        @Nullable Object factor,
        @Nullable Object scale,
        String interpolation,
        String fillMode,
        double fillValue,
        List<Double> valueRange,
        @Nullable Object seed)
        implements Augmentation {
    public static final RandomElasticTransform DEFAULTS =
            new RandomElasticTransform(1.0, 1.0, "bilinear", "reflect", 0, List.of(0.0, 255.0), null);
}
