package io.argali.trainer.loss;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/** {@code mean((yTrue - yPred)²)} over the last axis. */
public record MeanSquaredError(Reduction reduction, String name, DType dtype) implements Loss {
    public static final MeanSquaredError DEFAULTS =
            new MeanSquaredError(Reduction.SUM_OVER_BATCH_SIZE, "mean_squared_error", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.meanSquaredError(yTrue, yPred);
    }
}
