package io.argali.runtime.layer.preprocessing.image;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Several chains of variations, mixed with the image. (batch, h, w, channels) → (batch, h, w, channels) */
public record AugMix(
        List<Double> valueRange,
        int numChains,
        int chainDepth,
        @Nullable Object factor,
        double alpha,
        boolean allOps,
        String interpolation,
        @Nullable Object seed)
        implements Augmentation {
    public static final AugMix DEFAULTS = new AugMix(List.of(0.0, 255.0), 3, 3, 0.3, 1, true, "bilinear", null);
}
