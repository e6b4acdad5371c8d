package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.trainer.loss.LossFunctions;

/** {@code mean(log(cosh(yPred - yTrue)))}. */
public record LogCoshError(String name, DType dtype) implements MeanMetric {
    public static final LogCoshError DEFAULTS = new LogCoshError("logcosh", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.logCosh(yTrue, yPred);
    }
}
