package io.argali.runtime.layer.pooling;

import io.argali.runtime.layer.DataFormat;
import java.util.List;

/** The mean of as many windows over an image as asked for, channel by channel. (batch, rows, columns, channels) → (batch, new rows, new columns, channels). */
public record AdaptiveAveragePooling2D(List<Integer> outputSize, DataFormat dataFormat) implements AdaptivePooling {
    public static final AdaptiveAveragePooling2D DEFAULTS =
            new AdaptiveAveragePooling2D(List.of(1), DataFormat.CHANNELS_LAST);

    @Override
    public int spatialRank() {
        return 2;
    }

    @Override
    public boolean isMax() {
        return false;
    }
}
