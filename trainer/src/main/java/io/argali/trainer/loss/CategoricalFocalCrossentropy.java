package io.argali.trainer.loss;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/** {@code -Σ alpha (1 - p)^gamma yTrue log(p)} along the axis of the classes, after Lin et al., 2018. */
public record CategoricalFocalCrossentropy(
        double alpha,
        double gamma,
        boolean fromLogits,
        double labelSmoothing,
        int axis,
        Reduction reduction,
        String name,
        DType dtype)
        implements Loss {
    public static final CategoricalFocalCrossentropy DEFAULTS = new CategoricalFocalCrossentropy(
            0.25, 2, false, 0, -1, Reduction.SUM_OVER_BATCH_SIZE, "categorical_focal_crossentropy", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.categoricalFocalCrossentropy(yTrue, yPred, alpha, gamma, fromLogits, labelSmoothing, axis);
    }
}
