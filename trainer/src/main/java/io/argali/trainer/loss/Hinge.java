package io.argali.trainer.loss;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/** {@code mean(max(1 - yTrue yPred, 0))} over the last axis. Labels are -1 or 1; 0 and 1 will do. */
public record Hinge(Reduction reduction, String name, DType dtype) implements Loss {
    public static final Hinge DEFAULTS = new Hinge(Reduction.SUM_OVER_BATCH_SIZE, "hinge", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.hinge(yTrue, yPred);
    }
}
