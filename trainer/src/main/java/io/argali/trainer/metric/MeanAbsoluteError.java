package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.trainer.loss.LossFunctions;

/** {@code mean(|yTrue - yPred|)}. */
public record MeanAbsoluteError(String name, DType dtype) implements MeanMetric {
    public static final MeanAbsoluteError DEFAULTS = new MeanAbsoluteError("mean_absolute_error", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.meanAbsoluteError(yTrue, yPred);
    }
}
