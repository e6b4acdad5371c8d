package io.argali.runtime.layer.pooling;

import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.layer.Padding;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The greatest elements of windows over an image, channel by channel; padding does not count. (batch, rows, columns, channels) → (batch, new rows, new columns, channels). */
public record MaxPooling2D(
        List<Integer> poolSize, @Nullable List<Integer> strides, Padding padding, DataFormat dataFormat)
        implements WindowPooling {
    public static final MaxPooling2D DEFAULTS =
            new MaxPooling2D(List.of(2), null, Padding.VALID, DataFormat.CHANNELS_LAST);

    @Override
    public int spatialRank() {
        return 2;
    }

    @Override
    public boolean isMax() {
        return true;
    }
}
