package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.trainer.loss.LossFunctions;
import io.argali.trainer.loss.Reduction;
import org.jspecify.annotations.Nullable;

/** {@code mean(-log(p[yTrue]))}; labels are numbers of classes. */
public record SparseCategoricalCrossentropy(
        boolean fromLogits, @Nullable Integer ignoreClass, int axis, String name, DType dtype) implements MeanMetric {
    public static final SparseCategoricalCrossentropy DEFAULTS =
            new SparseCategoricalCrossentropy(false, null, -1, "sparse_categorical_crossentropy", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.sparseCategoricalCrossentropy(yTrue, yPred, fromLogits, ignoreClass, axis);
    }

    @Override
    public @Nullable Value mask(Value yTrue, Value yPred, Value values) {
        return new io.argali.trainer.loss.SparseCategoricalCrossentropy(
                        fromLogits, ignoreClass, axis, Reduction.NONE, name, dtype)
                .mask(yTrue, yPred, values);
    }
}
