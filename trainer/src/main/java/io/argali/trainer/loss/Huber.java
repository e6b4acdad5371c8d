package io.argali.trainer.loss;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/** The mean of {@code e² / 2} where the error e is at most delta, {@code delta |e| - delta² / 2} elsewhere. */
public record Huber(double delta, Reduction reduction, String name, DType dtype) implements Loss {
    public static final Huber DEFAULTS = new Huber(1, Reduction.SUM_OVER_BATCH_SIZE, "huber_loss", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.huber(yTrue, yPred, delta);
    }
}
