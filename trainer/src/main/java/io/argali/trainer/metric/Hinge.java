package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.trainer.loss.LossFunctions;

/** {@code mean(max(1 - yTrue yPred, 0))}. */
public record Hinge(String name, DType dtype) implements MeanMetric {
    public static final Hinge DEFAULTS = new Hinge("hinge", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.hinge(yTrue, yPred);
    }
}
