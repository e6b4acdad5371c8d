package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.trainer.loss.LossFunctions;

/** {@code mean((log(1 + yTrue) - log(1 + yPred))²)}. */
public record MeanSquaredLogarithmicError(String name, DType dtype) implements MeanMetric {
    public static final MeanSquaredLogarithmicError DEFAULTS =
            new MeanSquaredLogarithmicError("mean_squared_logarithmic_error", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.meanSquaredLogarithmicError(yTrue, yPred);
    }
}
