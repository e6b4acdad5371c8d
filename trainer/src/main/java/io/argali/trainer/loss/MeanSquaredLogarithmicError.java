package io.argali.trainer.loss;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/** {@code mean((log(1 + yTrue) - log(1 + yPred))²)} over the last axis; what is below 1e-7 counts as that. */
public record MeanSquaredLogarithmicError(Reduction reduction, String name, DType dtype) implements Loss {
    public static final MeanSquaredLogarithmicError DEFAULTS = new MeanSquaredLogarithmicError(
            Reduction.SUM_OVER_BATCH_SIZE, "mean_squared_logarithmic_error", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.meanSquaredLogarithmicError(yTrue, yPred);
    }
}
