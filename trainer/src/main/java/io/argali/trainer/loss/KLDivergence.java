package io.argali.trainer.loss;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/** {@code Σ yTrue log(yTrue / yPred)} over the last axis, both clipped to [1e-7, 1]. */
public record KLDivergence(Reduction reduction, String name, DType dtype) implements Loss {
    public static final KLDivergence DEFAULTS =
            new KLDivergence(Reduction.SUM_OVER_BATCH_SIZE, "kl_divergence", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.klDivergence(yTrue, yPred);
    }
}
