package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import io.argali.trainer.loss.Losses;
import io.argali.trainer.loss.Reduction;
import io.argali.trainer.loss.SampleFunction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The mean of a function over all samples. */
public interface MeanMetric extends Metric, SampleFunction {
    /** The type that the mean is computed in. */
    DType dtype();

    @Override
    default List<Tensor> initialState(TensorType yTrue, TensorType yPred) {
        return Mean.zeros(dtype());
    }

    @Override
    default int stateSize() {
        return 2;
    }

    @Override
    default List<Value> update(
            List<Value> state, Value yTrue, Value yPred, @Nullable Value sampleWeight, @Nullable Value mask) {
        Value values = call(yTrue, yPred);
        Value weight = Losses.applyMask(sampleWeight, mask, dtype(), Reduction.SUM);
        return Mean.update(state, values, weight, mask(yTrue, yPred, values), dtype());
    }

    @Override
    default Value result(List<Value> state) {
        return Mean.of(state);
    }
}
