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
import java.util.ArrayList;
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

    @Nullable List<Integer> outputPadding();

    DataFormat dataFormat();

    List<Integer> dilationRate();

    Activation activation();

    boolean useBias();

    WeightOptions kernel();

    WeightOptions bias();

    @Override
    default Value call(Scope scope, Value input) {
        int rank = spatialRank();
        Value x = ConvolutionResult.channelsLast(input, rank, dataFormat());
        List<Integer> size = Spatial.perAxis(kernelSize(), rank), strides = Spatial.perAxis(strides(), rank);
        List<Integer> dilations = Spatial.perAxis(dilationRate(), rank);
        @Nullable List<Integer> extra = outputPadding() == null ? null : Spatial.perAxis(outputPadding(), rank);
        List<Integer> lengths = new ArrayList<>(), low = new ArrayList<>(), high = new ArrayList<>();
        for (int i = 0; i < rank; i++) {
            int stride = strides.get(i), span = (size.get(i) - 1) * dilations.get(i) + 1;
            int reach = (x.shape().dim(i + 1) - 1) * stride;
            int length = reach + length(span, stride, extra == null ? null : extra.get(i));
            // The convolution whose gradient this is goes from the result to x; its padding follows TensorFlow's rule.
            int zeros = Math.max(reach + span - length, 0);
            lengths.add(length);
            low.add(zeros / 2);
            high.add(zeros - zeros / 2);
        }
        Value k = scope.weight("kernel", Shape.of(size).append(filters(), x.shape().last()), kernel());
        lengths.add(0, x.shape().dim(0));
        lengths.add(filters());
        Op.Window window = new Op.Window(strides, dilations, List.copyOf(low), List.copyOf(high));
        Value y = x.convInputGradient(k, window, 1, Shape.of(lengths));
        if (useBias()) y = y.add(scope.weight("bias", Shape.of(filters()), bias()));
        return ConvolutionResult.of(y, activation(), dataFormat());
    }

    /** What one input element makes of an axis, beyond the strides between the elements. */
    private int length(int span, int stride, @Nullable Integer extra) {
        if (padding() == Padding.VALID) return extra == null ? Math.max(span, stride) : span + extra;
        return extra == null ? stride : span % 2 + extra;
    }
}
