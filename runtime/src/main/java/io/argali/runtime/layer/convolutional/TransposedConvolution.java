package io.argali.runtime.layer.convolutional;

import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.layer.Padding;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.Spatial;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the transposed convolutions share (keras/src/layers/convolutional/base_conv_transpose.py). */
interface TransposedConvolution extends UnaryLayer {
    /** The number of spatial axes. */
    int spatialRank();

    int filters();

    List<Integer> kernelSize();

    List<Integer> strides();

    Padding padding();

    @Nullable
    List<Integer> outputPadding();

    DataFormat dataFormat();

    List<Integer> dilationRate();

    Activation activation();

    boolean useBias();

    WeightOptions kernel();

    WeightOptions bias();

    @Override
    default Value call(Scope scope, Value input) {
        int rank = spatialRank();
        Value x = ConvolutionFrame.channelsLast(scope, input, rank, dataFormat());
        List<Integer> size = Spatial.perAxis(kernelSize(), rank), strides = Spatial.perAxis(strides(), rank);
        List<Integer> dilations = Spatial.perAxis(dilationRate(), rank);
        @Nullable List<Integer> extra = outputPadding() == null ? null : Spatial.perAxis(outputPadding(), rank);
        Value k = scope.weight(
                "kernel", Shape.of(size).append(filters(), x.shape().last()), kernel());
        Value y = Convolutions.transposed(x, k, strides, dilations, padding(), extra);
        if (useBias()) y = y.add(scope.weight("bias", Shape.of(filters()), bias()));
        return ConvolutionFrame.of(y, activation(), dataFormat());
    }
}
