package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A metric of values of any kind, such as losses, rather than of labels and outputs. */
public sealed interface ValueMetric extends Metric permits Mean, Sum {
    List<Tensor> initialState();

    List<Value> update(List<Value> state, Value values, @Nullable Value sampleWeight);

    @Override
    default List<Tensor> initialState(TensorType yTrue, TensorType yPred) {
        return initialState();
    }

    @Override
    default List<Value> update(
            List<Value> state, Value yTrue, Value yPred, @Nullable Value sampleWeight, @Nullable Value mask) {
        throw new IllegalArgumentException(
                "metric \"" + name() + "\" is one of values, not of labels and outputs; use it on its own");
    }
}
