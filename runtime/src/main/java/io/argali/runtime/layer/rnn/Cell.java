package io.argali.runtime.layer.rnn;

import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * A layer that computes one step of a recurrence; {@link RNN} runs it over a sequence. Called as a layer, it takes the step's input and the
 * states, and returns the output and the new states.
 */
public interface Cell extends Layer {
    /**
     * Declares the weights.
     *
     * @param step the shape of one step's input, (batch, features…)
     */
    Recurrence open(Scope scope, Shape step);

    @Override
    default List<String> parameters() {
        return List.of("inputs", "states");
    }

    @Override
    default List<Value> call(Scope scope, List<Value> inputs) {
        Value x = inputs.get(0);
        Recurrence r = open(scope, x.shape());
        Recurrence.Step step = r.step(r.project(x), Cells.leaves(scope.argument("states")));
        List<Value> results = new ArrayList<>();
        results.add(step.output());
        results.addAll(step.states());
        return results;
    }
}
