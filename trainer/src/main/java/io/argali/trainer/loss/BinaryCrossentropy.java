package io.argali.trainer.loss;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/** {@code mean(-yTrue log(p) - (1 - yTrue) log(1 - p))} along an axis, p being the outputs or, from logits, their sigmoid. */
public record BinaryCrossentropy(
        boolean fromLogits, double labelSmoothing, int axis, Reduction reduction, String name, DType dtype)
        implements Loss {
    public static final BinaryCrossentropy DEFAULTS =
            new BinaryCrossentropy(false, 0, -1, Reduction.SUM_OVER_BATCH_SIZE, "binary_crossentropy", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.binaryCrossentropy(yTrue, yPred, fromLogits, labelSmoothing, axis);
    }
}
