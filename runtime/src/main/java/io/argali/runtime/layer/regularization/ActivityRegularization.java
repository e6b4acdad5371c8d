package io.argali.runtime.layer.regularization;

import io.argali.runtime.layer.PassesMask;
import io.argali.runtime.layer.Regularizer;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;

/** Hands its input through and adds {@code l1 · Σ|x| + l2 · Σx²} to the loss. */
public record ActivityRegularization(double l1, double l2) implements UnaryLayer, PassesMask {
    public static final ActivityRegularization DEFAULTS = new ActivityRegularization(0, 0);

    @Override
    public Value call(Scope scope, Value x) {
        return x;
    }

    @Override
    public Regularizer activityRegularizer() {
        return new Regularizer.L1L2(l1, l2);
    }
}
