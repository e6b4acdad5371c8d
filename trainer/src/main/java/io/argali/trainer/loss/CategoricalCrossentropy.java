package io.argali.trainer.loss;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/** {@code -Σ yTrue log(p)} along the axis of the classes, p being the outputs or, from logits, their softmax. */
public record CategoricalCrossentropy(
        boolean fromLogits, double labelSmoothing, int axis, Reduction reduction, String name, DType dtype)
        implements Loss {
    public static final CategoricalCrossentropy DEFAULTS = new CategoricalCrossentropy(
            false, 0, -1, Reduction.SUM_OVER_BATCH_SIZE, "categorical_crossentropy", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.categoricalCrossentropy(yTrue, yPred, fromLogits, labelSmoothing, axis);
    }
}
