package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.trainer.loss.LossFunctions;

/** {@code mean(-Σ yTrue log(p))}. */
public record CategoricalCrossentropy(boolean fromLogits, double labelSmoothing, int axis, String name, DType dtype)
        implements MeanMetric {
    public static final CategoricalCrossentropy DEFAULTS =
            new CategoricalCrossentropy(false, 0, -1, "categorical_crossentropy", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.categoricalCrossentropy(yTrue, yPred, fromLogits, labelSmoothing, axis);
    }
}
