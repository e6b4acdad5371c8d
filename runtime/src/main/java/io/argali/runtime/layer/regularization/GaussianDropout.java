package io.argali.runtime.layer.regularization;

import io.argali.runtime.layer.PassesMask;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import org.jspecify.annotations.Nullable;

/** In training, times normal noise of mean 1 and variance {@code rate / (1 - rate)}. Same shape. Srivastava et al., 2014. */
public record GaussianDropout(double rate, @Nullable Integer seed) implements UnaryLayer, PassesMask {
    public static final GaussianDropout DEFAULTS = new GaussianDropout(0.5, null);

    @Override
    public Value call(Scope scope, Value x) {
        return scope.training() && rate > 0 ? x.multiply(Noise.normal(scope, x, 1, Math.sqrt(rate / (1 - rate)))) : x;
    }
}
