package io.argali.runtime.layer.pooling;

import io.argali.runtime.layer.DataFormat;
import java.util.List;

/** The mean of as many windows over steps as asked for, channel by channel. (batch, steps, channels) → (batch, new steps, channels). */
public record AdaptiveAveragePooling1D(List<Integer> outputSize, DataFormat dataFormat) implements AdaptivePooling {
    public static final AdaptiveAveragePooling1D DEFAULTS =
            new AdaptiveAveragePooling1D(List.of(1), DataFormat.CHANNELS_LAST);

    @Override
    public int spatialRank() {
        return 1;
    }

    @Override
    public boolean isMax() {
        return false;
    }
}
