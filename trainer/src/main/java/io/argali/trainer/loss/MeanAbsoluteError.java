package io.argali.trainer.loss;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/** {@code mean(|yTrue - yPred|)} over the last axis. */
public record MeanAbsoluteError(Reduction reduction, String name, DType dtype) implements Loss {
    public static final MeanAbsoluteError DEFAULTS =
            new MeanAbsoluteError(Reduction.SUM_OVER_BATCH_SIZE, "mean_absolute_error", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.meanAbsoluteError(yTrue, yPred);
    }
}
