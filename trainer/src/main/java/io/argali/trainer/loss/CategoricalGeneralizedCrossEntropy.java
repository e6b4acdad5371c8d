package io.argali.trainer.loss;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/** {@code (1 - p^q) / q}, p being the probability of the true class, after Zhang and Sabuncu, 2018. Labels are numbers of classes. */
public record CategoricalGeneralizedCrossEntropy(double q, Reduction reduction, String name, DType dtype)
        implements Loss {
    public static final CategoricalGeneralizedCrossEntropy DEFAULTS = new CategoricalGeneralizedCrossEntropy(
            0.5, Reduction.SUM_OVER_BATCH_SIZE, "categorical_generalized_cross_entropy", DType.FLOAT32);

    public CategoricalGeneralizedCrossEntropy {
        if (!(q > 0 && q < 1)) throw new IllegalArgumentException("q must lie between 0 and 1, got " + q);
    }

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.categoricalGeneralizedCrossEntropy(yTrue, yPred, q);
    }
}
