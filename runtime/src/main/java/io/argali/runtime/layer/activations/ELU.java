package io.argali.runtime.layer.activations;

import io.argali.runtime.layer.Activations;
import io.argali.runtime.layer.PassesMask;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;

/** Exponential linear unit: {@code x} if x > 0, else {@code alpha · (exp(x) - 1)}. Same shape. */
public record ELU(double alpha) implements UnaryLayer, PassesMask {
    public static final ELU DEFAULTS = new ELU(1);

    @Override
    public Value call(Scope scope, Value x) {
        return Activations.elu(x, alpha);
    }
}
