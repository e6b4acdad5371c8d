package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/** How often outputs equal labels. */
public record Accuracy(String name, DType dtype) implements MeanMetric {
    public static final Accuracy DEFAULTS = new Accuracy("accuracy", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return Accuracies.equal(yTrue, yPred);
    }
}
