package io.argali.runtime.layer.preprocessing.image;

import java.util.List;

/** Spreads the values of each channel evenly. (batch, h, w, channels) → (batch, h, w, channels) */
public record Equalization(List<Double> valueRange, int bins, String dataFormat) implements Augmentation {
    public static final Equalization DEFAULTS = new Equalization(List.of(0.0, 255.0), 256, "channels_last");
}
