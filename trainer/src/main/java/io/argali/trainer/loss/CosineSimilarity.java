package io.argali.trainer.loss;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/** The negative cosine of the angle between labels and outputs along an axis. */
public record CosineSimilarity(int axis, Reduction reduction, String name, DType dtype) implements Loss {
    public static final CosineSimilarity DEFAULTS =
            new CosineSimilarity(-1, Reduction.SUM_OVER_BATCH_SIZE, "cosine_similarity", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.cosine(yTrue, yPred, axis).negate();
    }
}
