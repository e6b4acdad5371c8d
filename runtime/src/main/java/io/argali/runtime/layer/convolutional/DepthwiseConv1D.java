package io.argali.runtime.layer.convolutional;

import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.layer.Padding;
import io.argali.runtime.layer.WeightOptions;
import java.util.List;

/**
 * Convolution over steps of each channel by itself, with {@code depthMultiplier} kernels. (batch, steps, channels) → (batch, new steps,
 * channels · depthMultiplier).
 */
public record DepthwiseConv1D(
        List<Integer> kernelSize,
        List<Integer> strides,
        Padding padding,
        int depthMultiplier,
        DataFormat dataFormat,
        List<Integer> dilationRate,
        Activation activation,
        boolean useBias,
        WeightOptions depthwise,
        WeightOptions bias)
        implements DepthwiseConvolution {
    public static final DepthwiseConv1D DEFAULTS = new DepthwiseConv1D(
            List.of(1),
            List.of(1),
            Padding.VALID,
            1,
            DataFormat.CHANNELS_LAST,
            List.of(1),
            Activation.LINEAR,
            true,
            WeightOptions.GLOROT_UNIFORM,
            WeightOptions.ZEROS);

    @Override
    public int spatialRank() {
        return 1;
    }
}
