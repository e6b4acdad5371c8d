package io.argali.runtime.layer.regularization;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import java.util.Arrays;

/**
 * In training, sets whole examples to 0 and scales the others by {@code 1 / (1 - dropPathRate)}. Same shape. Huang et al., 2016; of Keras'
 * ConvNeXt (keras/src/applications/convnext.py).
 */
public record StochasticDepth(double dropPathRate) implements UnaryLayer {
    public static final StochasticDepth DEFAULTS = new StochasticDepth(0);

    @Override
    public Value call(Scope scope, Value x) {
        if (!scope.training()) return x;
        int[] d = new int[x.rank()];
        Arrays.fill(d, 1);
        d[0] = x.shape().dim(0);
        return Noise.drop(scope, x, dropPathRate, Shape.of(d));
    }
}
