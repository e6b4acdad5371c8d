package io.argali.runtime.layer.rnn;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.TensorType;
import java.util.List;

/** A cell with its weights at hand. */
public interface Recurrence {
    /** What a step gives: the output and the states that the next step gets. */
    record Step(Value output, List<Value> states) {
        public Step {
            states = List.copyOf(states);
        }
    }

    /** The types of the states, batch axis included. */
    List<TensorType> states();

    /**
     * What a step's input can become without knowing the states. It is computed for all steps at once, before the loop.
     *
     * @param x (batch, features…) or (batch, steps, features…)
     */
    default Value project(Value x) {
        return x;
    }

    /**
     * Computes one step.
     *
     * @param x the projected input of the step, without the axis of the steps
     */
    Step step(Value x, List<Value> states);
}
