package io.argali.runtime.layer.pooling;

import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.layer.Key;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;

/** The mean of every channel over its rows and columns. (batch, rows, columns, channels) → (batch, channels). */
public record GlobalAveragePooling2D(
        DataFormat dataFormat, @Key("keepdims") boolean keepDims) implements UnaryLayer {
    public static final GlobalAveragePooling2D DEFAULTS = new GlobalAveragePooling2D(DataFormat.CHANNELS_LAST, false);

    @Override
    public Value call(Scope scope, Value x) {
        return GlobalPooling.average(x, 2, dataFormat, keepDims);
    }
}
