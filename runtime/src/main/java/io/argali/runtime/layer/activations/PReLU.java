package io.argali.runtime.layer.activations;

import io.argali.runtime.layer.PassesMask;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Parametric rectifier: {@code max(x, 0) - alpha · max(-x, 0)} with a trained alpha for every element but the batch's. Same shape.
 *
 * @param sharedAxes the axes along which alpha is the same; null for none
 */
public record PReLU(WeightOptions alpha, @Nullable List<Integer> sharedAxes) implements UnaryLayer, PassesMask {
    public static final PReLU DEFAULTS = new PReLU(WeightOptions.ZEROS, null);

    @Override
    public Value call(Scope scope, Value x) {
        Shape shape = x.shape().slice(1, x.rank());
        if (sharedAxes != null) for (int axis : sharedAxes) shape = shape.with(axis - 1, 1);
        Value slope = scope.weight("alpha", shape, alpha);
        return x.relu().subtract(slope.multiply(x.negate().relu()));
    }
}
