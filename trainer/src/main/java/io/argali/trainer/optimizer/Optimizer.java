package io.argali.trainer.optimizer;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.TensorType;
import java.util.List;

/**
 * How gradients change weights. An optimizer is a record whose components are the keys of its Keras configuration, and a formula over values; what all
 * have in common (learning rate, clipping, weight decay, averages, accumulation) stands in {@link OptimizerOptions} and {@link Updates}.
 */
public interface Optimizer {
    OptimizerOptions options();

    /** What is kept for one weight, in the order in which Keras stores it. */
    List<Slot> slots(TensorType variable);

    /** What is kept once, after all the weights' slots (Nadam's product of momenta). */
    default List<Slot> globalSlots() {
        return List.of();
    }

    /**
     * One weight's step.
     *
     * @param step what is the same for all weights
     * @param slots the values of {@link #slots}
     */
    Update update(Step step, Value variable, Value gradient, List<Value> slots);

    /** The global slots after a step. */
    default List<Value> updateGlobals(Step step) {
        return step.globals();
    }

    /**
     * A step.
     *
     * @param iteration steps done before, a scalar int64
     * @param learningRate a scalar float32
     * @param globals the values of {@link #globalSlots}
     */
    record Step(Value iteration, Value learningRate, List<Value> globals) {}

    /** A weight and its slots after a step. */
    record Update(Value variable, List<Value> slots) {}
}
