package io.argali.runtime.layer.reshaping;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.ShapeException;

/** A vector at each of n steps. (batch, features) → (batch, n, features). */
public record RepeatVector(int n) implements UnaryLayer {
    public static final RepeatVector DEFAULTS = new RepeatVector(1);

    @Override
    public Value call(Scope scope, Value x) {
        if (x.rank() != 2) throw new ShapeException("expected (batch, features), got " + x.type());
        return x.expandDims(1).broadcastTo(x.shape().insert(1, n));
    }
}
