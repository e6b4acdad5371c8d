package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/** How often the greatest output is where the greatest label is. */
public record CategoricalAccuracy(String name, DType dtype) implements MeanMetric {
    public static final CategoricalAccuracy DEFAULTS = new CategoricalAccuracy("categorical_accuracy", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return Accuracies.categorical(yTrue, yPred);
    }
}
