package io.argali.runtime.layer.rnn;

import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.WeightOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A convolutional LSTM over two spatial axes; one step is a {@link ConvLSTMCell}. (batch, steps, rows, columns, n) → (batch, rows, columns, filters),
 * or with the steps if {@code returnSequences}; the channels come before the spatial axes with {@code channels_first}.
 */
public record ConvLSTM2D(
        int filters,
        List<Integer> kernelSize,
        List<Integer> strides,
        String padding,
        @Nullable String dataFormat,
        List<Integer> dilationRate,
        Activation activation,
        Activation recurrentActivation,
        boolean useBias,
        WeightOptions kernel,
        WeightOptions recurrent,
        WeightOptions bias,
        boolean unitForgetBias,
        double dropout,
        double recurrentDropout,
        @Nullable Integer seed,
        boolean returnSequences,
        boolean returnState,
        boolean goBackwards,
        boolean stateful,
        boolean unroll,
        boolean zeroOutputForMask)
        implements ConvLSTM {
    public static final ConvLSTM2D DEFAULTS = new ConvLSTM2D(
            1,
            List.of(1),
            List.of(1),
            "valid",
            "channels_last",
            List.of(1),
            Activation.TANH,
            Activation.SIGMOID,
            true,
            WeightOptions.GLOROT_UNIFORM,
            WeightOptions.ORTHOGONAL,
            WeightOptions.ZEROS,
            true,
            0,
            0,
            null,
            false,
            false,
            false,
            false,
            false,
            false);

    @Override
    public ConvLSTMCell cell() {
        return new ConvLSTMCell(
                2,
                filters,
                kernelSize,
                strides,
                padding,
                dilationRate,
                activation,
                recurrentActivation,
                useBias,
                kernel,
                recurrent,
                bias,
                unitForgetBias,
                dropout,
                recurrentDropout);
    }

    @Override
    public ConvLSTM2D withGoBackwards(boolean goBackwards) {
        return new ConvLSTM2D(
                filters,
                kernelSize,
                strides,
                padding,
                dataFormat,
                dilationRate,
                activation,
                recurrentActivation,
                useBias,
                kernel,
                recurrent,
                bias,
                unitForgetBias,
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
    public ConvLSTM2D withZeroOutputForMask(boolean zeroOutputForMask) {
        return new ConvLSTM2D(
                filters,
                kernelSize,
                strides,
                padding,
                dataFormat,
                dilationRate,
                activation,
                recurrentActivation,
                useBias,
                kernel,
                recurrent,
                bias,
                unitForgetBias,
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
