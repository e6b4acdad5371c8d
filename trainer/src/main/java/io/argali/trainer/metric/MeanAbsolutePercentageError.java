package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.trainer.loss.LossFunctions;

/** {@code 100 mean(|yTrue - yPred| / max(|yTrue|, 1e-7))}. */
public record MeanAbsolutePercentageError(String name, DType dtype) implements MeanMetric {
    public static final MeanAbsolutePercentageError DEFAULTS =
            new MeanAbsolutePercentageError("mean_absolute_percentage_error", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.meanAbsolutePercentageError(yTrue, yPred);
    }
}
