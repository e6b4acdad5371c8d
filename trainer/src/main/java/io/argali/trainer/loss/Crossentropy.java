package io.argali.trainer.loss;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/** Keras' {@code loss="crossentropy"}: binary, categorical or sparse, as the shapes say. */
public record Crossentropy(Reduction reduction, String name, DType dtype) implements Loss {
    public static final Crossentropy DEFAULTS =
            new Crossentropy(Reduction.SUM_OVER_BATCH_SIZE, "crossentropy", DType.FLOAT32);

    @Override
    public Loss resolve(Value yTrue, Value yPred) {
        return switch (Labels.of(yTrue.shape(), yPred.shape())) {
            case BINARY -> new BinaryCrossentropy(false, 0, -1, reduction, name, dtype);
            case SPARSE -> new SparseCategoricalCrossentropy(false, null, -1, reduction, name, dtype);
            case ONE_HOT -> new CategoricalCrossentropy(false, 0, -1, reduction, name, dtype);
        };
    }

    @Override
    public Value call(Value yTrue, Value yPred) {
        return resolve(yTrue, yPred).call(yTrue, yPred);
    }
}
