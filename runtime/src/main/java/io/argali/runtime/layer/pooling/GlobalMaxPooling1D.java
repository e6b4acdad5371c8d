package io.argali.runtime.layer.pooling;

import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.layer.Key;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;

/** The greatest element of every channel over its steps. (batch, steps, channels) → (batch, channels). */
public record GlobalMaxPooling1D(
        DataFormat dataFormat, @Key("keepdims") boolean keepDims) implements UnaryLayer {
    public static final GlobalMaxPooling1D DEFAULTS = new GlobalMaxPooling1D(DataFormat.CHANNELS_LAST, false);

    @Override
    public Value call(Scope scope, Value x) {
        return GlobalPooling.max(x, 1, dataFormat, keepDims);
    }
}
