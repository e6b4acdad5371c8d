package io.argali.runtime.layer.convolutional;

import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.layer.Padding;
import io.argali.runtime.layer.WeightOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Transposed convolution over an image: the gradient of a {@link Conv2D} with respect to its input, as a layer. (batch, rows, columns,
 * channels) → (batch, new rows, new columns, filters).
 */
public record Conv2DTranspose(
        int filters,
        List<Integer> kernelSize,
        List<Integer> strides,
        Padding padding,
        @Nullable List<Integer> outputPadding,
        DataFormat dataFormat,
        List<Integer> dilationRate,
        Activation activation,
        boolean useBias,
        WeightOptions kernel,
        WeightOptions bias)
        implements TransposedConvolution {
    public static final Conv2DTranspose DEFAULTS = new Conv2DTranspose(
            1,
            List.of(1),
            List.of(1),
            Padding.VALID,
            null,
            DataFormat.CHANNELS_LAST,
            List.of(1),
            Activation.LINEAR,
            true,
            WeightOptions.GLOROT_UNIFORM,
            WeightOptions.ZEROS);

    @Override
    public int spatialRank() {
        return 2;
    }
}
