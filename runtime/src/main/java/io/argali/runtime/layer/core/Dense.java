package io.argali.runtime.layer.core;

import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.PassesMask;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;

/** Fully connected layer: {@code activation(x · kernel + bias)} over the last axis. (…, n) → (…, units) */
public record Dense(int units, Activation activation, boolean useBias, WeightOptions kernel, WeightOptions bias)
        implements UnaryLayer, PassesMask {
    public static final Dense DEFAULTS =
            new Dense(1, Activation.LINEAR, true, WeightOptions.GLOROT_UNIFORM, WeightOptions.ZEROS);

    /** Keras' defaults, without activation. */
    public static Dense of(int units) {
        return of(units, Activation.LINEAR);
    }

    /** Keras' defaults. */
    public static Dense of(int units, Activation activation) {
        return new Dense(units, activation, true, WeightOptions.GLOROT_UNIFORM, WeightOptions.ZEROS);
    }

    @Override
    public Value call(Scope scope, Value x) {
        Value y = scope.floating(x)
                .matMul(scope.weight("kernel", Shape.of(x.shape().last(), units), kernel));
        if (useBias) y = y.add(scope.weight("bias", Shape.of(units), bias));
        return activation.apply(y);
    }
}
