package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/** The mean correlation coefficient of labels and outputs along an axis. */
public record PearsonCorrelation(int axis, String name, DType dtype) implements MeanMetric {
    public static final PearsonCorrelation DEFAULTS = new PearsonCorrelation(-1, "pearson_correlation", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return Correlations.pearson(yTrue, yPred, axis);
    }
}
