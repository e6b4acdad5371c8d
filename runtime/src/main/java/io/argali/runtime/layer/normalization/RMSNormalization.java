package io.argali.runtime.layer.normalization;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.op.Value;
import java.util.List;

/** {@code scale · x / √(mean(x²) + epsilon)}, with the mean of every example over some axes. Same shape. Zhang and Sennrich, 2019. */
public record RMSNormalization(List<Integer> axis, double epsilon) implements UnaryLayer {
    public static final RMSNormalization DEFAULTS = new RMSNormalization(List.of(-1), 1e-6);

    @Override
    public Value call(Scope scope, Value input) {
        Value x = input.cast(Moments.wide(input.dtype()));
        int[] axes = Moments.sorted(axis);
        Value scale = scope.weight("scale", Moments.lengths(x.shape(), axes), WeightOptions.ONES)
                .cast(x.dtype());
        Value y = x.multiply(x.square().mean(true, axes).add(epsilon).rsqrt());
        return y.multiply(scale).cast(input.dtype());
    }
}
