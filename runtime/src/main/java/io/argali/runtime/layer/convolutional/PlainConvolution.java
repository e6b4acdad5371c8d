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
import io.argali.runtime.tensor.ShapeException;
import java.util.List;

/** What the convolutions of one, two and three axes share (keras/src/layers/convolutional/base_conv.py). */
interface PlainConvolution extends UnaryLayer {
    /** The number of spatial axes. */
    int spatialRank();

    int filters();

    List<Integer> kernelSize();

    List<Integer> strides();

    Padding padding();

    DataFormat dataFormat();

    List<Integer> dilationRate();

    int groups();

    Activation activation();

    boolean useBias();

    WeightOptions kernel();

    WeightOptions bias();

    @Override
    default Value call(Scope scope, Value input) {
        int rank = spatialRank();
        Value x = ConvolutionFrame.channelsLast(scope, input, rank, dataFormat());
        int channels = x.shape().last();
        if (channels % groups() != 0)
            throw new ShapeException(channels + " channels do not part into " + groups() + " groups");
        List<Integer> size = Spatial.perAxis(kernelSize(), rank);
        Value k = scope.weight("kernel", Shape.of(size).append(channels / groups(), filters()), kernel());
        Op.Window window = Spatial.window(
                x.shape(), size, Spatial.perAxis(strides(), rank), Spatial.perAxis(dilationRate(), rank), padding());
        Value y = x.conv(k, window, groups());
        if (useBias()) y = y.add(scope.weight("bias", Shape.of(filters()), bias()));
        return ConvolutionFrame.of(y, activation(), dataFormat());
    }
}
