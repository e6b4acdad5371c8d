package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/** How often outputs are on the right side of a threshold. */
public record BinaryAccuracy(double threshold, String name, DType dtype) implements MeanMetric {
    public static final BinaryAccuracy DEFAULTS = new BinaryAccuracy(0.5, "binary_accuracy", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return Accuracies.binary(yTrue, yPred, threshold);
    }
}
