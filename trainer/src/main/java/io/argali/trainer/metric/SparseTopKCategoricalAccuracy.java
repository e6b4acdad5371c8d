package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/** How often the output at the class that the label names is among the k greatest. */
public record SparseTopKCategoricalAccuracy(int k, boolean fromSortedIds, String name, DType dtype)
        implements MeanMetric {
    public static final SparseTopKCategoricalAccuracy DEFAULTS =
            new SparseTopKCategoricalAccuracy(5, false, "sparse_top_k_categorical_accuracy", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return Accuracies.sparseTopK(yTrue, yPred, k, fromSortedIds);
    }
}
