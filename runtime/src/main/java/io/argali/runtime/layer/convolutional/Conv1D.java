package io.argali.runtime.layer.convolutional;

import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.layer.Padding;
import io.argali.runtime.layer.WeightOptions;
import java.util.List;

/**
 * Convolution over steps: {@code activation(x ∗ kernel + bias)}. (batch, steps, channels) → (batch, new steps, filters); with
 * {@code channels_first}, the channels stand before the steps.
 */
public record Conv1D(
        int filters,
        List<Integer> kernelSize,
        List<Integer> strides,
        Padding padding,
        DataFormat dataFormat,
        List<Integer> dilationRate,
        int groups,
        Activation activation,
        boolean useBias,
        WeightOptions kernel,
        WeightOptions bias)
        implements PlainConvolution {
    public static final Conv1D DEFAULTS = new Conv1D(
            1,
            List.of(1),
            List.of(1),
            Padding.VALID,
            DataFormat.CHANNELS_LAST,
            List.of(1),
            1,
            Activation.LINEAR,
            true,
            WeightOptions.GLOROT_UNIFORM,
            WeightOptions.ZEROS);

    @Override
    public int spatialRank() {
        return 1;
    }
}
