package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A figure that is gathered over the batches of an epoch. Its state is a few tensors; what a batch adds, and what the figure is, are formulas over
 * values, so that they run in the training step. A metric is a record whose components are the keys of its Keras configuration.
 */
public interface Metric {
    /** The name in histories. */
    String name();

    /** The state at the beginning of an epoch, given the types of the labels and outputs it will see. */
    List<Tensor> initialState(Value yTrue, Value yPred);

    /**
     * The state after a batch.
     *
     * @param sampleWeight one for each sample, or null
     */
    List<Value> update(List<Value> state, Value yTrue, Value yPred, @Nullable Value sampleWeight);

    /** The figure, usually a scalar, from the state. */
    Value result(List<Value> state);
}
