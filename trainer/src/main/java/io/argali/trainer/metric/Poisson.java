package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.trainer.loss.LossFunctions;

/** {@code mean(yPred - yTrue log(yPred))}. */
public record Poisson(String name, DType dtype) implements MeanMetric {
    public static final Poisson DEFAULTS = new Poisson("poisson", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.poisson(yTrue, yPred);
    }
}
