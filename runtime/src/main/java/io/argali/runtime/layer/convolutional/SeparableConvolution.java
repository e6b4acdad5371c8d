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
import java.util.Collections;
import java.util.List;

/** What the separable convolutions share (keras/src/layers/convolutional/base_separable_conv.py). */
interface SeparableConvolution extends UnaryLayer {
    /** The number of spatial axes. */
    int spatialRank();

    int filters();

    List<Integer> kernelSize();

    List<Integer> strides();

    Padding padding();

    int depthMultiplier();

    DataFormat dataFormat();

    List<Integer> dilationRate();

    Activation activation();

    boolean useBias();

    WeightOptions depthwise();

    WeightOptions pointwise();

    WeightOptions bias();

    @Override
    default Value call(Scope scope, Value input) {
        int rank = spatialRank();
        Value x = ConvolutionFrame.channelsLast(scope, input, rank, dataFormat());
        int channels = x.shape().last(), between = channels * depthMultiplier();
        List<Integer> size = Spatial.perAxis(kernelSize(), rank), ones = Collections.nCopies(rank, 1);
        Value deep = scope.weight("depthwise_kernel", Shape.of(size).append(channels, depthMultiplier()), depthwise());
        Value mixing = scope.weight("pointwise_kernel", Shape.of(ones).append(between, filters()), pointwise());
        Value y = DepthwiseConvolution.convolve(
                x, deep, size, Spatial.perAxis(strides(), rank), Spatial.perAxis(dilationRate(), rank), padding());
        Op.Window window = Spatial.window(y.shape(), ones, ones, ones, Padding.VALID);
        y = y.conv(mixing, window, 1);
        if (useBias()) y = y.add(scope.weight("bias", Shape.of(filters()), bias()));
        return ConvolutionFrame.of(y, activation(), dataFormat());
    }
}
