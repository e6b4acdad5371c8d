package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.TensorType;
import io.argali.trainer.loss.Labels;

/** Keras' {@code metrics=["accuracy"]}: binary, categorical or sparse, as the shapes say. */
public record AccuracyByShape(String name, DType dtype) implements MeanMetric {
    public static final AccuracyByShape DEFAULTS = new AccuracyByShape("accuracy", DType.FLOAT32);

    @Override
    public MeanMetric resolve(TensorType yTrue, TensorType yPred) {
        return switch (Labels.of(yTrue.shape(), yPred.shape())) {
            case BINARY -> new BinaryAccuracy(0.5, name, dtype);
            case SPARSE -> new SparseCategoricalAccuracy(name, dtype);
            case ONE_HOT -> new CategoricalAccuracy(name, dtype);
        };
    }

    @Override
    public Value call(Value yTrue, Value yPred) {
        return resolve(yTrue.type(), yPred.type()).call(yTrue, yPred);
    }
}
