package io.argali.runtime.layer.regularization;

import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the layers that are at work in training only share. */
final class Noise {
    private Noise() {}

    /** {@code x / (1 - rate)} where a random number reaches the rate, else 0. */
    static Value drop(Scope scope, Value x, double rate, Shape shape) {
        if (rate == 0) return x;
        if (rate == 1) return Value.zeros(x.type());
        return scope.random(false, shape).greaterEqual(rate).select(x.multiply(1 / (1 - rate)), 0);
    }

    /** Keras' {@code noise_shape}, with the input's lengths where it leaves them open. */
    static Shape shape(Value x, @Nullable List<@Nullable Integer> noiseShape) {
        if (noiseShape == null) return x.shape();
        if (noiseShape.size() != x.rank())
            throw new ShapeException("noise shape " + noiseShape + " does not fit " + x.type());
        Shape s = x.shape();
        for (int i = 0; i < s.rank(); i++) {
            Integer n = noiseShape.get(i);
            if (n != null) s = s.with(i, n);
        }
        return s;
    }

    /** One element for each channel of each example. */
    static Shape channels(Value x, DataFormat format) {
        Shape s = x.shape();
        for (int axis : format.spatialAxes(s.rank())) s = s.with(axis, 1);
        return s;
    }

    /** Normal numbers of x's type. */
    static Value normal(Scope scope, Value x, double mean, double stddev) {
        return scope.random(true, x.shape()).multiply(stddev).add(mean).cast(x.dtype());
    }
}
