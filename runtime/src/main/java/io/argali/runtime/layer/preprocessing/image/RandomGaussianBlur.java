package io.argali.runtime.layer.preprocessing.image;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Blurs images. (batch, h, w, channels) → (batch, h, w, channels) */
public record RandomGaussianBlur(
        @Nullable Object factor,
        @Nullable Object kernelSize,
        @Nullable Object sigma,
        List<Double> valueRange,
        @Nullable Object seed)
        implements Augmentation {
    public static final RandomGaussianBlur DEFAULTS = new RandomGaussianBlur(1.0, 3, 1.0, List.of(0.0, 255.0), null);
}
