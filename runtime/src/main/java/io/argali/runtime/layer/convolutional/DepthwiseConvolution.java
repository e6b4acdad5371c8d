package io.argali.runtime.layer.convolutional;

import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.layer.Padding;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.Spatial;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import java.util.List;

/** What the depthwise convolutions share (keras/src/layers/convolutional/base_depthwise_conv.py). */
interface DepthwiseConvolution extends UnaryLayer {
    /** The number of spatial axes. */
    int spatialRank();

    List<Integer> kernelSize();

    List<Integer> strides();

    Padding padding();

    int depthMultiplier();

    DataFormat dataFormat();

    List<Integer> dilationRate();

    Activation activation();

    boolean useBias();

    WeightOptions depthwise();

    WeightOptions bias();

    @Override
    default Value call(Scope scope, Value input) {
        int rank = spatialRank();
        Value x = ConvolutionFrame.channelsLast(scope, input, rank, dataFormat());
        int channels = x.shape().last();
        List<Integer> size = Spatial.perAxis(kernelSize(), rank);
        Value k = scope.weight("kernel", Shape.of(size).append(channels, depthMultiplier()), depthwise());
        Value y = convolve(
                x, k, size, Spatial.perAxis(strides(), rank), Spatial.perAxis(dilationRate(), rank), padding());
        if (useBias()) y = y.add(scope.weight("bias", Shape.of(channels * depthMultiplier()), bias()));
        return ConvolutionFrame.of(y, activation(), dataFormat());
    }

    /**
     * Each channel with its own kernels.
     *
     * @param kernel (size…, channels, multiplier)
     * @return (batch, spatial…, channels · multiplier), the multiples of a channel next to one another
     */
    static Value convolve(
            Value x,
            Value kernel,
            List<Integer> size,
            List<Integer> strides,
            List<Integer> dilations,
            Padding padding) {
        int channels = x.shape().last();
        Op.Window window = Spatial.window(x.shape(), size, strides, dilations, padding);
        return x.conv(
                kernel.reshape(
                        Shape.of(size).append(1, channels * kernel.shape().last())),
                window,
                channels);
    }
}
