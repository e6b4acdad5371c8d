package io.argali.runtime.layer.regularization;

import io.argali.runtime.layer.PassesMask;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import org.jspecify.annotations.Nullable;

/** In training, plus normal noise. Same shape. */
public record GaussianNoise(double stddev, @Nullable Integer seed) implements UnaryLayer, PassesMask {
    public static final GaussianNoise DEFAULTS = new GaussianNoise(1, null);

    @Override
    public Value call(Scope scope, Value x) {
        return scope.training() && stddev > 0 ? x.add(Noise.normal(scope, x, 0, stddev)) : x;
    }
}
