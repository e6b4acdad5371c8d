package io.argali.runtime.layer.core;

import io.argali.runtime.layer.PassesMask;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Where a value enters a model.
 *
 * @param batchShape the shape, batch axis included, unknown lengths {@link Shape#UNKNOWN}; null where a file leaves it open
 * @param optional whether the caller may leave it out
 */
public record InputLayer(
        @Nullable Shape batchShape, @Nullable DType dtype, boolean sparse, boolean ragged, boolean optional)
        implements UnaryLayer, PassesMask {
    public static final InputLayer DEFAULTS = new InputLayer(null, DType.FLOAT32, false, false, false);

    @Override
    public Value call(Scope scope, Value x) {
        return x;
    }

    @Override
    public boolean autocast() {
        return false;
    }
}
