package io.argali.runtime.layer.pooling;

import io.argali.runtime.layer.DataFormat;
import java.util.List;

/** The greatest element of as many windows over an image as asked for, channel by channel. (batch, rows, columns, channels) → (batch, new rows, new columns, channels). */
public record AdaptiveMaxPooling2D(List<Integer> outputSize, DataFormat dataFormat) implements AdaptivePooling {
    public static final AdaptiveMaxPooling2D DEFAULTS = new AdaptiveMaxPooling2D(List.of(1), DataFormat.CHANNELS_LAST);

    @Override
    public int spatialRank() {
        return 2;
    }

    @Override
    public boolean isMax() {
        return true;
    }
}
