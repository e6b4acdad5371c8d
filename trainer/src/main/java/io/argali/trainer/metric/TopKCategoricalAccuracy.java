package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/** How often the output where the greatest label is, is among the k greatest. */
public record TopKCategoricalAccuracy(int k, String name, DType dtype) implements MeanMetric {
    public static final TopKCategoricalAccuracy DEFAULTS =
            new TopKCategoricalAccuracy(5, "top_k_categorical_accuracy", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return Accuracies.sparseTopK(yTrue.cast(yPred.dtype()).argMax(-1), yPred, k, false);
    }
}
