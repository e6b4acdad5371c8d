package io.argali.trainer.loss;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import org.jspecify.annotations.Nullable;

/** {@code -log(p[yTrue])}: labels are numbers of classes, (batch, …) or (batch, …, 1). Labels of {@code ignoreClass} do not count. */
public record SparseCategoricalCrossentropy(
        boolean fromLogits, @Nullable Integer ignoreClass, int axis, Reduction reduction, String name, DType dtype)
        implements Loss {
    public static final SparseCategoricalCrossentropy DEFAULTS = new SparseCategoricalCrossentropy(
            false, null, -1, Reduction.SUM_OVER_BATCH_SIZE, "sparse_categorical_crossentropy", DType.FLOAT32);

    @Override
    public Value call(Value yTrue, Value yPred) {
        return LossFunctions.sparseCategoricalCrossentropy(yTrue, yPred, fromLogits, ignoreClass, axis);
    }

    @Override
    public @Nullable Value mask(Value yTrue, Value yPred, Value values) {
        if (ignoreClass == null) return null;
        return LossFunctions.valid(LossFunctions.classes(yTrue, yPred, axis), yPred, ignoreClass)
                .reshape(values.shape());
    }
}
