package io.argali.trainer.loss;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/** {@code mean(yPred - yTrue log(yPred + 1e-7))} over the last axis. */
public record Poisson(Reduction reduction, String name, DType dtype) implements Loss {
    public static final Poisson DEFAULTS = new Poisson(Reduction.SUM_OVER_BATCH_SIZE, "poisson", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.poisson(yTrue, yPred);
    }
}
