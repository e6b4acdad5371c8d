package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.trainer.loss.LossFunctions;

/** {@code mean(Σ yTrue log(yTrue / yPred))}. */
public record KLDivergence(String name, DType dtype) implements MeanMetric {
    public static final KLDivergence DEFAULTS = new KLDivergence("kl_divergence", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.klDivergence(yTrue, yPred);
    }
}
