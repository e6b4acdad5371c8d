package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/** How often the greatest output is at the class that the label names. */
public record SparseCategoricalAccuracy(String name, DType dtype) implements MeanMetric {
    public static final SparseCategoricalAccuracy DEFAULTS =
            new SparseCategoricalAccuracy("sparse_categorical_accuracy", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return Accuracies.sparse(yTrue, yPred);
    }
}
