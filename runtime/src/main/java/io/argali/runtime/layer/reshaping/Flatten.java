package io.argali.runtime.layer.reshaping;

import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;

/** All axes but the batch's as one, the channels last. (batch, …) → (batch, n). */
public record Flatten(DataFormat dataFormat) implements UnaryLayer {
    public static final Flatten DEFAULTS = new Flatten(DataFormat.CHANNELS_LAST);

    @Override
    public Value call(Scope scope, Value x) {
        Value y = x.rank() > 1 ? dataFormat.toChannelsLast(x) : x;
        return y.reshape(Shape.of(x.shape().dim(0), x.shape().size(1, x.rank())));
    }
}
