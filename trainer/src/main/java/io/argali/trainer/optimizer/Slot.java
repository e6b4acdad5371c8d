package io.argali.trainer.optimizer;

import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import org.jspecify.annotations.Nullable;

/**
 * A tensor that an optimizer keeps from step to step.
 *
 * @param fill the value of its elements before the first step; null if it begins as a copy of the weight
 * @param round Keras goes over all weights once for each round, and files have the slots in that order
 * @param aside whether Keras keeps it beside an optimizer's own variables, so that files lack it where the optimizer is inside a {@code LossScaleOptimizer}
 */
public record Slot(String name, TensorType type, @Nullable Double fill, int round, boolean aside) {
    static final String ITERATION = "iteration", LEARNING_RATE = "learning_rate";

    /** A slot of zeros. */
    public static Slot zeros(String name, TensorType type) {
        return filled(name, type, 0);
    }

    public static Slot filled(String name, TensorType type, double value) {
        return new Slot(name, type, value, 0, false);
    }

    /** A slot that begins as the weight. */
    public static Slot copy(String name, TensorType type) {
        return new Slot(name, type, null, 0, false);
    }

    public Slot inRound(int other) {
        return new Slot(name, type, fill, other, aside);
    }

    Slot keptAside() {
        return new Slot(name, type, fill, round, true);
    }

    Slot named(String other) {
        return new Slot(other, type, fill, round, aside);
    }

    /** Whether an optimizer has it as soon as it is made, before it knows any weights. */
    public boolean isBeforeTraining() {
        return name.equals(ITERATION) || name.equals(LEARNING_RATE);
    }

    /** The value before the first step. */
    Tensor initial(@Nullable Tensor variable) {
        // Made when it is needed: there may be as many of these as weights.
        if (fill != null)
            return Tensor.lazy(
                    type.dtype(),
                    type.shape(),
                    () -> Tensor.full(type.dtype(), type.shape(), fill).array());
        if (variable == null)
            throw new IllegalStateException("slot " + name + " begins as a weight, but belongs to none");
        return variable;
    }
}
