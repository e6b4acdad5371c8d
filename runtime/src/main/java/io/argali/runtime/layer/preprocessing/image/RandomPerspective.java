package io.argali.runtime.layer.preprocessing.image;

import org.jspecify.annotations.Nullable;

/** Tilts images. (batch, h, w, channels) → (batch, h, w, channels) */
public record RandomPerspective(
        @Nullable Object factor,
        @Nullable Object scale,
        String interpolation,
        double fillValue,
        @Nullable Object seed) implements Augmentation {
    public static final RandomPerspective DEFAULTS = new RandomPerspective(1.0, 1.0, "bilinear", 0, null);
}
