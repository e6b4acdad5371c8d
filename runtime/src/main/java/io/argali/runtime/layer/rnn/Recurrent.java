package io.argali.runtime.layer.rnn;

import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A layer that runs a cell over the steps of a sequence, (batch, steps, features…) → (batch, units…) or (batch, steps, units…), then the last
 * states if asked for: what {@link SimpleRNN}, {@link LSTM}, {@link GRU}, {@link RNN} and the convolutional LSTMs share.
 */
public interface Recurrent extends Layer {
    /** Whether the outputs of all steps are returned, or only the last. */
    boolean returnSequences();

    /** Whether the last states follow the output. */
    boolean returnState();

    /** Whether the last step comes first; outputs are in the order in which they are computed. */
    boolean goBackwards();

    /** Whether each call starts with the states that the last one ended with. */
    boolean stateful();

    /** Whether Keras unrolls the loop. It is a loop here in any case, with the results of Keras' unrolled one. */
    boolean unroll();

    /** Whether masked steps put out zeros, rather than the output of the step before. */
    boolean zeroOutputForMask();

    /** This layer in the other direction. */
    Recurrent withGoBackwards(boolean goBackwards);

    Recurrent withZeroOutputForMask(boolean zeroOutputForMask);

    /**
     * Declares the cell's weights.
     *
     * @param step the shape of one step's input, (batch, features…)
     */
    Recurrence open(Scope scope, Shape step);

    @Override
    default List<String> parameters() {
        return List.of("sequences", "initial_state", "mask");
    }

    @Override
    default boolean supportsMasking() {
        return true;
    }

    @Override
    default List<@Nullable Value> computeMask(Scope scope, List<Value> inputs, List<@Nullable Value> masks) {
        return returnSequences() && !masks.isEmpty() ? Collections.singletonList(masks.get(0)) : List.of();
    }

    @Override
    default List<Value> call(Scope scope, List<Value> inputs) {
        Value x = inputs.get(0);
        if (x.rank() < 3) throw new ShapeException("expected a sequence (batch, steps, features…), got " + x.type());
        // Keras 2 passes the initial states behind the sequence, in one list.
        List<Value> given =
                inputs.size() > 1 ? inputs.subList(1, inputs.size()) : Cells.leaves(scope.argument("initial_state"));
        return RecurrentLoop.run(this, scope, x, given);
    }
}
