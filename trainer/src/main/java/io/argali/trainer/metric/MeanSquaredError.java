package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.trainer.loss.LossFunctions;

/** {@code mean((yTrue - yPred)²)}. */
public record MeanSquaredError(String name, DType dtype) implements MeanMetric {
    public static final MeanSquaredError DEFAULTS = new MeanSquaredError("mean_squared_error", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.meanSquaredError(yTrue, yPred);
    }
}
