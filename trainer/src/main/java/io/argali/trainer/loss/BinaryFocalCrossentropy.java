package io.argali.trainer.loss;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/** Binary crossentropy times {@code (1 - pₜ)^gamma}, where pₜ is the probability of the true class, after Lin et al., 2018. */
public record BinaryFocalCrossentropy(
        boolean applyClassBalancing,
        double alpha,
        double gamma,
        boolean fromLogits,
        double labelSmoothing,
        int axis,
        Reduction reduction,
        String name,
        DType dtype)
        implements Loss {
    public static final BinaryFocalCrossentropy DEFAULTS = new BinaryFocalCrossentropy(
            false, 0.25, 2, false, 0, -1, Reduction.SUM_OVER_BATCH_SIZE, "binary_focal_crossentropy", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.binaryFocalCrossentropy(
                yTrue, yPred, applyClassBalancing, alpha, gamma, fromLogits, labelSmoothing, axis);
    }
}
