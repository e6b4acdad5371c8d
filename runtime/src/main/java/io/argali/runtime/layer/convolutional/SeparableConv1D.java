package io.argali.runtime.layer.convolutional;

import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.layer.Padding;
import io.argali.runtime.layer.WeightOptions;
import java.util.List;

/**
 * A depthwise convolution over steps, then a mix of the channels: {@code activation(depthwise(x) · pointwise + bias)}. (batch, steps,
 * channels) → (batch, new steps, filters).
 */
public record SeparableConv1D(
        int filters,
        List<Integer> kernelSize,
        List<Integer> strides,
        Padding padding,
        DataFormat dataFormat,
        List<Integer> dilationRate,
        int depthMultiplier,
        Activation activation,
        boolean useBias,
        WeightOptions depthwise,
        WeightOptions pointwise,
        WeightOptions bias)
        implements SeparableConvolution {
    public static final SeparableConv1D DEFAULTS = new SeparableConv1D(
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
            WeightOptions.GLOROT_UNIFORM,
            WeightOptions.ZEROS);

    @Override
    public int spatialRank() {
        return 1;
    }
}
