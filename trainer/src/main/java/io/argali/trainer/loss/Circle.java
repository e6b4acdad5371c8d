package io.argali.trainer.loss;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/**
 * Pulls embeddings of one class together and others apart, after Sun et al., 2020. Labels (batch) are numbers of classes, outputs (batch,
 * n) of unit length.
 */
public record Circle(double gamma, double margin, boolean removeDiagonal, Reduction reduction, String name, DType dtype)
        implements Loss {
    public static final Circle DEFAULTS =
            new Circle(80, 0.4, true, Reduction.SUM_OVER_BATCH_SIZE, "circle", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.circle(yTrue, yPred, gamma, margin, removeDiagonal);
    }

    @Override
    public Value mask(Value yTrue, Value yPred, Value values) {
        return values.greater(0);
    }
}
