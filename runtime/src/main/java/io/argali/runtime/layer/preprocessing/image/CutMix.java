package io.argali.runtime.layer.preprocessing.image;

import org.jspecify.annotations.Nullable;

/** A rectangle of each image comes from another of the batch. (batch, h, w, channels) → (batch, h, w, channels) */
public record CutMix(@Nullable Object factor, @Nullable Object seed) implements Augmentation {
    public static final CutMix DEFAULTS = new CutMix(1.0, null);
}
