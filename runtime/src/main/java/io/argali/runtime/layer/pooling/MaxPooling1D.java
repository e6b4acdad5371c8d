package io.argali.runtime.layer.pooling;

import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.layer.Padding;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The greatest elements of windows over steps, channel by channel; padding does not count. (batch, steps, channels) → (batch, new steps, channels). */
public record MaxPooling1D(
        List<Integer> poolSize, @Nullable List<Integer> strides, Padding padding, DataFormat dataFormat)
        implements WindowPooling {
    public static final MaxPooling1D DEFAULTS =
            new MaxPooling1D(List.of(2), null, Padding.VALID, DataFormat.CHANNELS_LAST);

    @Override
    public int spatialRank() {
        return 1;
    }

    @Override
    public boolean isMax() {
        return true;
    }
}
