package io.argali.runtime.layer.rnn;

import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.tensor.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Fully connected recurrent layer: {@code h = activation(x · kernel + h · recurrent_kernel + bias)} at each step. (batch, steps, n) → (batch,
 * units), or (batch, steps, units) with {@code returnSequences}.
 */
public record SimpleRNN(
        int units,
        Activation activation,
        boolean useBias,
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
    public static final SimpleRNN DEFAULTS = new SimpleRNN(
            1,
            Activation.TANH,
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

    /** SimpleRNN(units) with Keras' defaults, whose output is the last step's, or the sequence of all steps'. */
    public static SimpleRNN of(int units, boolean returnSequences) {
        SimpleRNN d = DEFAULTS;
        return new SimpleRNN(
                units,
                d.activation,
                d.useBias,
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
    public SimpleRNNCell cell() {
        return new SimpleRNNCell(units, activation, useBias, kernel, recurrent, bias, dropout, recurrentDropout, seed);
    }

    @Override
    public Recurrence open(Scope scope, Shape step) {
        SimpleRNNCell cell = cell();
        return cell.open(scope.child("cell", cell), step);
    }

    @Override
    public SimpleRNN withGoBackwards(boolean goBackwards) {
        return new SimpleRNN(
                units,
                activation,
                useBias,
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
    public SimpleRNN withZeroOutputForMask(boolean zeroOutputForMask) {
        return new SimpleRNN(
                units,
                activation,
                useBias,
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
