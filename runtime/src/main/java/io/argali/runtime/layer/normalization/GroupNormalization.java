package io.argali.runtime.layer.normalization;

import io.argali.runtime.layer.PassesMask;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import java.util.stream.IntStream;

/**
 * {@code gamma · (x - mean) / √(variance + epsilon) + beta}, with mean and variance of every example over groups of channels. Same shape. Wu and
 * He, 2018.
 *
 * @param groups how many groups; -1 for as many as channels
 */
public record GroupNormalization(
        int groups, int axis, double epsilon, boolean center, boolean scale, WeightOptions beta, WeightOptions gamma)
        implements UnaryLayer, PassesMask {
    public static final GroupNormalization DEFAULTS =
            new GroupNormalization(32, -1, 1e-3, true, true, WeightOptions.ZEROS, WeightOptions.ONES);

    @Override
    public Value call(Scope scope, Value input) {
        int a = input.shape().axis(axis), channels = input.shape().dim(a), n = groups == -1 ? channels : groups;
        if (n > channels || channels % n != 0)
            throw new ShapeException(channels + " channels do not part into " + n + " groups");
        Shape grouped = input.shape().with(a, channels / n).insert(a, n);
        Value x = input.reshape(grouped).cast(Moments.wide(input.dtype()));
        Value g = scale ? scope.uncastWeight("gamma", Shape.of(channels), gamma) : null;
        Value b = center ? scope.uncastWeight("beta", Shape.of(channels), beta) : null;
        Moments m =
                Moments.of(x, IntStream.range(1, x.rank()).filter(i -> i != a).toArray());
        Value y = x.subtract(m.mean()).multiply(m.variance().add(epsilon).rsqrt());
        if (g != null) y = y.multiply(Moments.spread(g.cast(x.dtype()), grouped, a, a + 1));
        if (b != null) y = y.add(Moments.spread(b.cast(x.dtype()), grouped, a, a + 1));
        return y.cast(input.dtype()).reshape(input.shape()).cast(scope.computeType());
    }

    @Override
    public boolean autocast() {
        return false;
    }
}
