package io.argali.runtime.layer.activations;

import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.PassesMask;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;

/** Keras' {@code Activation}: a named function of every element. Same shape. */
public record ActivationLayer(Activation activation) implements UnaryLayer, PassesMask {
    public static final ActivationLayer DEFAULTS = new ActivationLayer(Activation.LINEAR);

    @Override
    public Value call(Scope scope, Value x) {
        return activation.apply(x);
    }
}
