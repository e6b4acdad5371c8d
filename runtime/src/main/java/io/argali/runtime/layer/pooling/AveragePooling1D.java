package io.argali.runtime.layer.pooling;

import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.layer.Padding;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The mean of the elements of windows over steps, channel by channel; padding does not count. (batch, steps, channels) → (batch, new steps, channels). */
public record AveragePooling1D(
        List<Integer> poolSize, @Nullable List<Integer> strides, Padding padding, DataFormat dataFormat)
        implements WindowPooling {
    public static final AveragePooling1D DEFAULTS =
            new AveragePooling1D(List.of(2), null, Padding.VALID, DataFormat.CHANNELS_LAST);

    @Override
    public int spatialRank() {
        return 1;
    }

    @Override
    public boolean isMax() {
        return false;
    }
}
