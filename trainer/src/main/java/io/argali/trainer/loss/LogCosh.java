package io.argali.trainer.loss;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/** {@code mean(log(cosh(yPred - yTrue)))} over the last axis. */
public record LogCosh(Reduction reduction, String name, DType dtype) implements Loss {
    public static final LogCosh DEFAULTS = new LogCosh(Reduction.SUM_OVER_BATCH_SIZE, "log_cosh", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.logCosh(yTrue, yPred);
    }
}
