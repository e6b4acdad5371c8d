package io.argali.runtime.layer.rnn;

import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;

/**
 * Runs any {@link Cell} over a sequence. (batch, steps, features…) → (batch, units…), or (batch, steps, units…) with {@code returnSequences}.
 *
 * @param cell a layer that is a {@link Cell}; {@link StackedRNNCells} for several
 */
public record RNN(
        Instance cell,
        boolean returnSequences,
        boolean returnState,
        boolean goBackwards,
        boolean stateful,
        boolean unroll,
        boolean zeroOutputForMask)
        implements Recurrent {
    public static final RNN DEFAULTS = of(SimpleRNNCell.DEFAULTS, false);

    /** A layer whose output is the last step's, or the sequence of all steps'. */
    public static RNN of(Cell cell, boolean returnSequences) {
        return new RNN(Instance.of("cell", cell), returnSequences, false, false, false, false, false);
    }

    @Override
    public Recurrence open(Scope scope, Shape step) {
        if (!(cell.layer() instanceof Cell c))
            throw new ShapeException("\"" + cell.name() + "\" is no cell: " + cell.layer());
        return c.open(scope.child("cell", cell), step);
    }

    @Override
    public RNN withGoBackwards(boolean goBackwards) {
        return new RNN(cell, returnSequences, returnState, goBackwards, stateful, unroll, zeroOutputForMask);
    }

    @Override
    public RNN withZeroOutputForMask(boolean zeroOutputForMask) {
        return new RNN(cell, returnSequences, returnState, goBackwards, stateful, unroll, zeroOutputForMask);
    }
}
