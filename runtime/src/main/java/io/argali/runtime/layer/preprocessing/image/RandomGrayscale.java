package io.argali.runtime.layer.preprocessing.image;

import org.jspecify.annotations.Nullable;

/** Turns some images grey. (batch, h, w, channels) → (batch, h, w, channels) */
public record RandomGrayscale(
        @Nullable Object factor,
        String dataFormat,
        @Nullable Object seed) implements Augmentation {
    public static final RandomGrayscale DEFAULTS = new RandomGrayscale(0.5, "channels_last", null);
}
