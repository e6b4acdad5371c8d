package io.argali.runtime.layer.pooling;

import io.argali.runtime.layer.DataFormat;
import java.util.List;

/** The mean of as many windows over a volume as asked for, channel by channel. (batch, depth, rows, columns, channels) → (batch, new depth, new rows, new columns, channels). */
public record AdaptiveAveragePooling3D(List<Integer> outputSize, DataFormat dataFormat) implements AdaptivePooling {
    public static final AdaptiveAveragePooling3D DEFAULTS =
            new AdaptiveAveragePooling3D(List.of(1), DataFormat.CHANNELS_LAST);

    @Override
    public int spatialRank() {
        return 3;
    }

    @Override
    public boolean isMax() {
        return false;
    }
}
