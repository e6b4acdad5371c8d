package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/** The mean of how well outputs and labels agree along an axis, as Keras computes Lin's coefficient. */
public record ConcordanceCorrelation(int axis, String name, DType dtype) implements MeanMetric {
    public static final ConcordanceCorrelation DEFAULTS =
            new ConcordanceCorrelation(-1, "concordance_correlation", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return Correlations.concordance(yTrue, yPred, axis);
    }
}
