package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.trainer.loss.LossFunctions;

/** {@code mean(-yTrue log(p) - (1 - yTrue) log(1 - p))}. */
public record BinaryCrossentropy(boolean fromLogits, double labelSmoothing, String name, DType dtype)
        implements MeanMetric {
    public static final BinaryCrossentropy DEFAULTS =
            new BinaryCrossentropy(false, 0, "binary_crossentropy", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.binaryCrossentropy(yTrue, yPred, fromLogits, labelSmoothing, -1);
    }
}
