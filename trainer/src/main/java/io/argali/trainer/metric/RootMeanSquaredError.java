package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import io.argali.trainer.loss.Losses;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code √(mean((yTrue - yPred)²))} over all samples and their elements. Masks do not count, as in Keras. */
public record RootMeanSquaredError(String name, DType dtype) implements Metric {
    public static final RootMeanSquaredError DEFAULTS =
            new RootMeanSquaredError("root_mean_squared_error", DType.FLOAT32);

    @Override
    public List<Tensor> initialState(TensorType yTrue, TensorType yPred) {
        return Mean.zeros(dtype);
    }

    @Override
    public int stateSize() {
        return 2;
    }

    @Override
    public List<Value> update(
            List<Value> state, Value yTrue, Value yPred, @Nullable Value sampleWeight, @Nullable Value mask) {
        Losses.Pair y = Losses.sameRank(yTrue.cast(dtype), yPred.cast(dtype), true);
        return Mean.update(state, y.second().subtract(y.first()).square(), sampleWeight, null, dtype);
    }

    @Override
    public Value result(List<Value> state) {
        return Mean.of(state).sqrt();
    }
}
