package io.argali.runtime.layer.pooling;

import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.layer.Key;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;

/** The greatest element of every channel over its three spatial axes. (batch, depth, rows, columns, channels) → (batch, channels). */
public record GlobalMaxPooling3D(
        DataFormat dataFormat, @Key("keepdims") boolean keepDims) implements UnaryLayer {
    public static final GlobalMaxPooling3D DEFAULTS = new GlobalMaxPooling3D(DataFormat.CHANNELS_LAST, false);

    @Override
    public Value call(Scope scope, Value x) {
        return GlobalPooling.max(x, 3, dataFormat, keepDims);
    }
}
