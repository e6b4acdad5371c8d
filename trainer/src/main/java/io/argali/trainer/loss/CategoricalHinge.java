package io.argali.trainer.loss;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/** {@code max(1 + max((1 - yTrue) yPred) - Σ yTrue yPred, 0)} over the last axis. */
public record CategoricalHinge(Reduction reduction, String name, DType dtype) implements Loss {
    public static final CategoricalHinge DEFAULTS =
            new CategoricalHinge(Reduction.SUM_OVER_BATCH_SIZE, "categorical_hinge", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.categoricalHinge(yTrue, yPred);
    }
}
