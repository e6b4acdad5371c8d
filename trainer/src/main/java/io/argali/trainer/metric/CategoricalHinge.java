package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.trainer.loss.LossFunctions;

/** {@code mean(max(1 + max((1 - yTrue) yPred) - Σ yTrue yPred, 0))}. */
public record CategoricalHinge(String name, DType dtype) implements MeanMetric {
    public static final CategoricalHinge DEFAULTS = new CategoricalHinge("categorical_hinge", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.categoricalHinge(yTrue, yPred);
    }
}
