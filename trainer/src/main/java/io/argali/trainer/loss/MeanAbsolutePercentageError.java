package io.argali.trainer.loss;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/** {@code 100 mean(|yTrue - yPred| / max(|yTrue|, 1e-7))} over the last axis. */
public record MeanAbsolutePercentageError(Reduction reduction, String name, DType dtype) implements Loss {
    public static final MeanAbsolutePercentageError DEFAULTS = new MeanAbsolutePercentageError(
            Reduction.SUM_OVER_BATCH_SIZE, "mean_absolute_percentage_error", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.meanAbsolutePercentageError(yTrue, yPred);
    }
}
