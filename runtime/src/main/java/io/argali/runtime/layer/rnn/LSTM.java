package io.argali.runtime.layer.rnn;

import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.tensor.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Long short-term memory (Hochreiter and Schmidhuber, 1997); one step is an {@link LSTMCell}. (batch, steps, n) → (batch, units), or (batch,
 * steps, units) with {@code returnSequences}.
 */
public record LSTM(
        int units,
        Activation activation,
        Activation recurrentActivation,
        boolean useBias,
        boolean unitForgetBias,
        WeightOptions kernel,
        WeightOptions recurrent,
        WeightOptions bias,
        double dropout,
        double recurrentDropout,
        @Nullable Integer seed,
        boolean returnSequences,
        boolean returnState,
        boolean goBackwards,
        boolean stateful,
        boolean unroll,
        boolean zeroOutputForMask)
        implements Recurrent {
    public static final LSTM DEFAULTS = new LSTM(
            1,
            Activation.TANH,
            Activation.SIGMOID,
            true,
            true,
            WeightOptions.GLOROT_UNIFORM,
            WeightOptions.ORTHOGONAL,
            WeightOptions.ZEROS,
            0,
            0,
            null,
            false,
            false,
            false,
            false,
            false,
            false);

    /** LSTM(units) with Keras' defaults, whose output is the last step's, or the sequence of all steps'. */
    public static LSTM of(int units, boolean returnSequences) {
        LSTM d = DEFAULTS;
        return new LSTM(
                units,
                d.activation,
                d.recurrentActivation,
                d.useBias,
                d.unitForgetBias,
                d.kernel,
                d.recurrent,
                d.bias,
                d.dropout,
                d.recurrentDropout,
                d.seed,
                returnSequences,
                d.returnState,
                d.goBackwards,
                d.stateful,
                d.unroll,
                d.zeroOutputForMask);
    }

    /** The layer of one step. */
    public LSTMCell cell() {
        return new LSTMCell(
                units,
                activation,
                recurrentActivation,
                useBias,
                unitForgetBias,
                kernel,
                recurrent,
                bias,
                dropout,
                recurrentDropout,
                seed);
    }

    @Override
    public Recurrence open(Scope scope, Shape step) {
        LSTMCell cell = cell();
        return cell.open(scope.child("cell", cell), step);
    }

    @Override
    public LSTM withGoBackwards(boolean goBackwards) {
        return new LSTM(
                units,
                activation,
                recurrentActivation,
                useBias,
                unitForgetBias,
                kernel,
                recurrent,
                bias,
                dropout,
                recurrentDropout,
                seed,
                returnSequences,
                returnState,
                goBackwards,
                stateful,
                unroll,
                zeroOutputForMask);
    }

    @Override
    public LSTM withZeroOutputForMask(boolean zeroOutputForMask) {
        return new LSTM(
                units,
                activation,
                recurrentActivation,
                useBias,
                unitForgetBias,
                kernel,
                recurrent,
                bias,
                dropout,
                recurrentDropout,
                seed,
                returnSequences,
                returnState,
                goBackwards,
                stateful,
                unroll,
                zeroOutputForMask);
    }
}
