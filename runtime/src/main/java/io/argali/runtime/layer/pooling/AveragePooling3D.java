package io.argali.runtime.layer.pooling;

import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.layer.Padding;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The mean of the elements of windows over a volume, channel by channel; padding does not count. (batch, depth, rows, columns, channels) → (batch, new depth, new rows, new columns, channels). */
public record AveragePooling3D(
        List<Integer> poolSize, @Nullable List<Integer> strides, Padding padding, DataFormat dataFormat)
        implements WindowPooling {
    public static final AveragePooling3D DEFAULTS =
            new AveragePooling3D(List.of(2), null, Padding.VALID, DataFormat.CHANNELS_LAST);

    @Override
    public int spatialRank() {
        return 3;
    }

    @Override
    public boolean isMax() {
        return false;
    }
}
