package io.argali.runtime.layer.reshaping;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;

/** Each step {@code size} times. (batch, steps, features) → (batch, steps · size, features). */
public record UpSampling1D(int size) implements UnaryLayer {
    public static final UpSampling1D DEFAULTS = new UpSampling1D(2);

    @Override
    public Value call(Scope scope, Value x) {
        return x.repeat(1, size);
    }
}
