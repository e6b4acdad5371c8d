package io.argali.runtime.layer.pooling;

import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.layer.Padding;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The mean of the elements of windows over an image, channel by channel; padding does not count. (batch, rows, columns, channels) → (batch, new rows, new columns, channels). */
public record AveragePooling2D(
        List<Integer> poolSize, @Nullable List<Integer> strides, Padding padding, DataFormat dataFormat)
        implements WindowPooling {
    public static final AveragePooling2D DEFAULTS =
            new AveragePooling2D(List.of(2), null, Padding.VALID, DataFormat.CHANNELS_LAST);

    @Override
    public int spatialRank() {
        return 2;
    }

    @Override
    public boolean isMax() {
        return false;
    }
}
