package io.argali.runtime.layer.core;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;

/** Drops the steps whose features all are {@code maskValue}: they become 0, and the mask says so. (batch, steps, features), same shape. */
public record Masking(double maskValue) implements UnaryLayer {
    public static final Masking DEFAULTS = new Masking(0);

    @Override
    public Value call(Scope scope, Value x) {
        Value kept = x.notEqual(maskValue).any(true, -1);
        Value y = kept.select(x, 0);
        scope.setMask(y, kept.squeeze(-1));
        return y;
    }

    @Override
    public boolean supportsMasking() {
        return true;
    }
}
