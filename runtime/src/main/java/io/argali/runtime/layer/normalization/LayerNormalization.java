package io.argali.runtime.layer.normalization;

import io.argali.runtime.layer.PassesMask;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import java.util.List;

/**
 * {@code gamma · (x - mean) / √(variance + epsilon) + beta}, with mean and variance of every example over some axes. Same shape. Ba et al., 2016.
 *
 * @param rmsScaling Keras' first try at {@link RMSNormalization}: divides by the deviation without taking the mean away
 */
public record LayerNormalization(
        List<Integer> axis,
        double epsilon,
        boolean center,
        boolean scale,
        boolean rmsScaling,
        WeightOptions beta,
        WeightOptions gamma)
        implements UnaryLayer, PassesMask {
    public static final LayerNormalization DEFAULTS =
            new LayerNormalization(List.of(-1), 1e-3, true, true, false, WeightOptions.ZEROS, WeightOptions.ONES);

    @Override
    public Value call(Scope scope, Value input) {
        Value x = input.cast(Moments.wide(input.dtype()));
        int[] axes = Moments.sorted(axis);
        Shape shape = Moments.lengths(x.shape(), axes);
        Value g = scale || rmsScaling ? spread(scope.uncastWeight("gamma", shape, gamma), x, axes) : null;
        Value b = center && !rmsScaling ? spread(scope.uncastWeight("beta", shape, beta), x, axes) : null;
        Moments m = Moments.of(x, axes);
        Value y = x.subtract(rmsScaling ? x.like(0) : m.mean())
                .multiply(m.variance().add(epsilon).rsqrt());
        if (g != null) y = y.multiply(g);
        if (b != null) y = y.add(b);
        return y.cast(input.dtype()).cast(scope.computeType());
    }

    private static Value spread(Value weight, Value x, int... axes) {
        Value w = weight.cast(x.dtype());
        return axes.length == 1 && x.shape().axis(axes[0]) == x.rank() - 1 ? w : Moments.spread(w, x.shape(), axes);
    }

    @Override
    public boolean autocast() {
        return false;
    }
}
