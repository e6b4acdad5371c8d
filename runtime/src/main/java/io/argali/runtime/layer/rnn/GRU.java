package io.argali.runtime.layer.rnn;

import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.tensor.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Gated recurrent unit (Cho et al., 2014); one step is a {@link GRUCell}. (batch, steps, n) → (batch, units), or (batch, steps, units) with
 * {@code returnSequences}.
 */
public record GRU(
        int units,
        Activation activation,
        Activation recurrentActivation,
        boolean useBias,
        WeightOptions kernel,
        WeightOptions recurrent,
        WeightOptions bias,
        double dropout,
        double recurrentDropout,
        boolean resetAfter,
        @Nullable Integer seed,
        boolean returnSequences,
        boolean returnState,
        boolean goBackwards,
        boolean stateful,
        boolean unroll,
        boolean zeroOutputForMask)
        implements Recurrent {
    public static final GRU DEFAULTS = new GRU(
            1,
            Activation.TANH,
            Activation.SIGMOID,
            true,
            WeightOptions.GLOROT_UNIFORM,
            WeightOptions.ORTHOGONAL,
            WeightOptions.ZEROS,
            0,
            0,
            true,
            null,
            false,
            false,
            false,
            false,
            false,
            false);

    /** GRU(units) with Keras' defaults, whose output is the last step's, or the sequence of all steps'. */
    public static GRU of(int units, boolean returnSequences) {
        GRU d = DEFAULTS;
        return new GRU(
                units,
                d.activation,
                d.recurrentActivation,
                d.useBias,
                d.kernel,
                d.recurrent,
                d.bias,
                d.dropout,
                d.recurrentDropout,
                d.resetAfter,
                d.seed,
                returnSequences,
                d.returnState,
                d.goBackwards,
                d.stateful,
                d.unroll,
                d.zeroOutputForMask);
    }

    /** The layer of one step. */
    public GRUCell cell() {
        return new GRUCell(
                units,
                activation,
                recurrentActivation,
                useBias,
                kernel,
                recurrent,
                bias,
                dropout,
                recurrentDropout,
                resetAfter,
                seed);
    }

    @Override
    public Recurrence open(Scope scope, Shape step) {
        GRUCell cell = cell();
        return cell.open(scope.child("cell", cell), step);
    }

    @Override
    public GRU withGoBackwards(boolean goBackwards) {
        return new GRU(
                units,
                activation,
                recurrentActivation,
                useBias,
                kernel,
                recurrent,
                bias,
                dropout,
                recurrentDropout,
                resetAfter,
                seed,
                returnSequences,
                returnState,
                goBackwards,
                stateful,
                unroll,
                zeroOutputForMask);
    }

    @Override
    public GRU withZeroOutputForMask(boolean zeroOutputForMask) {
        return new GRU(
                units,
                activation,
                recurrentActivation,
                useBias,
                kernel,
                recurrent,
                bias,
                dropout,
                recurrentDropout,
                resetAfter,
                seed,
                returnSequences,
                returnState,
                goBackwards,
                stateful,
                unroll,
                zeroOutputForMask);
    }
}
