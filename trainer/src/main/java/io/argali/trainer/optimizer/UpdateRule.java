package io.argali.trainer.optimizer;

import io.argali.runtime.op.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An optimizer that is a formula over values. What all formulas have in common (learning rate, clipping, weight decay, averages, accumulation) stands
 * in {@link OptimizerOptions}, and {@link Updates} does it.
 */
public non-sealed interface UpdateRule extends Optimizer {
    OptimizerOptions options();

    @Override
    default String name() {
        return options().name();
    }

    /** What is kept for one weight, in the order in which Keras stores it. */
    List<Slot> slots(Weight weight);

    /** What is kept once, after all the weights' slots. */
    default List<Slot> globalSlots(List<Weight> weights) {
        return List.of();
    }

    /** The global slots of a step, from those of the step before; {@link #update} sees the new ones. */
    default List<Value> updateGlobals(Step before) {
        return before.globals();
    }

    /**
     * One weight's step.
     *
     * @param step what is the same for all weights
     * @param slots the values of {@link #slots}
     */
    Update update(Step step, Weight weight, Value variable, Value gradient, List<Value> slots);

    /** How fast a weight decays, or null. */
    default @Nullable Double weightDecay(Weight weight) {
        // TensorFlow's variables are named by their path, so that is what Keras' patterns see there.
        return options().isExcludedFromWeightDecay(weight.path())
                ? null
                : options().weightDecay();
    }

    /** A number in a weight's type. Where Keras casts a number of Python, it comes by way of float32, which shows in float64. */
    static Value constant(Value variable, double number) {
        return variable.like((float) number);
    }

    /**
     * A step.
     *
     * @param iteration steps done before, a scalar int64
     * @param learningRate a scalar float32
     * @param globals the values of {@link #globalSlots}
     */
    record Step(Value iteration, Value learningRate, List<Value> globals) {
        /** The learning rate in a weight's type. */
        public Value rate(Value variable) {
            return learningRate.cast(variable.dtype());
        }

        /** The number of this step, from 1, in a weight's type. */
        public Value number(Value variable) {
            return iteration.add(1).cast(variable.dtype());
        }
    }

    /** A weight and its slots after a step. */
    record Update(Value variable, List<Value> slots) {
        static Update of(Value variable, Value... slots) {
            return new Update(variable, List.of(slots));
        }
    }
}
