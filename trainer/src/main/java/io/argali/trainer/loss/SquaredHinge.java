package io.argali.trainer.loss;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/** {@code mean(max(1 - yTrue yPred, 0)²)} over the last axis. Labels are -1 or 1; 0 and 1 will do. */
public record SquaredHinge(Reduction reduction, String name, DType dtype) implements Loss {
    public static final SquaredHinge DEFAULTS =
            new SquaredHinge(Reduction.SUM_OVER_BATCH_SIZE, "squared_hinge", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.squaredHinge(yTrue, yPred);
    }
}
