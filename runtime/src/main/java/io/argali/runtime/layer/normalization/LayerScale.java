package io.argali.runtime.layer.normalization;

import io.argali.runtime.layer.Initializer;
import io.argali.runtime.layer.Key;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;

/**
 * {@code gamma · x}, with a gamma for every channel that begins small. Same shape. Touvron et al., 2021; of Keras' ConvNeXt
 * (keras/src/applications/convnext.py).
 */
public record LayerScale(@Key("init_values") double initialValue, int projectionDim) implements UnaryLayer {
    public static final LayerScale DEFAULTS = new LayerScale(1e-6, 1);

    @Override
    public Value call(Scope scope, Value x) {
        return x.multiply(scope.weight(
                "gamma", Shape.of(projectionDim), WeightOptions.of(new Initializer.Constant(initialValue))));
    }
}
