package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.trainer.loss.LossFunctions;
import io.argali.trainer.loss.Losses;

/** Keras' correlations (keras/src/metrics/correlation_metrics.py). */
final class Correlations {
    private Correlations() {}

    static Value pearson(Value yTrue, Value yPred, int axis) {
        Losses.Pair y = Losses.sameRank(yTrue.cast(yPred.dtype()), yPred, true);
        return standard(y.first(), axis).multiply(standard(y.second(), axis)).mean(false, axis);
    }

    private static Value standard(Value x, int axis) {
        Value centred = x.subtract(x.mean(true, axis));
        return centred.divide(centred.variance(true, axis).sqrt());
    }

    static Value concordance(Value yTrue, Value yPred, int axis) {
        Losses.Pair y = Losses.sameRank(yTrue.cast(yPred.dtype()), yPred, true);
        Value a = y.first(), b = y.second(), meanA = a.mean(true, axis), meanB = b.mean(true, axis);
        // Keras takes the mean of the outputs from the labels as well.
        Value covariance = a.subtract(meanB).multiply(b.subtract(meanB));
        Value norm = a.subtract(meanA)
                .variance(true, axis)
                .add(b.subtract(meanB).variance(true, axis))
                .add(meanA.subtract(meanB).square());
        return covariance.multiply(2).divide(norm.add(LossFunctions.EPSILON)).mean(false, axis);
    }
}
