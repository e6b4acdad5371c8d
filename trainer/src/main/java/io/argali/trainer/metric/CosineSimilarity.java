package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.trainer.loss.LossFunctions;

/** The mean cosine of the angle between labels and outputs along an axis; the loss of this name has the opposite sign. */
public record CosineSimilarity(int axis, String name, DType dtype) implements MeanMetric {
    public static final CosineSimilarity DEFAULTS = new CosineSimilarity(-1, "cosine_similarity", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.cosine(yTrue, yPred, axis);
    }
}
