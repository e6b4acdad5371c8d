package io.argali.runtime.layer.activations;

import io.argali.runtime.layer.Activations;
import io.argali.runtime.layer.Key;
import io.argali.runtime.layer.PassesMask;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;

/** {@code x} if x > 0, else {@code negativeSlope · x}. Same shape. */
public record LeakyReLU(@Key(aliases = "alpha") double negativeSlope) implements UnaryLayer, PassesMask {
    public static final LeakyReLU DEFAULTS = new LeakyReLU(0.3);

    @Override
    public Value call(Scope scope, Value x) {
        return Activations.leakyRelu(x, negativeSlope);
    }
}
