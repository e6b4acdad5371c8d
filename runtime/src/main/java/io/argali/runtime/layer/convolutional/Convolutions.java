package io.argali.runtime.layer.convolutional;

import io.argali.runtime.layer.Padding;
import io.argali.runtime.layer.Spatial;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The convolutions of the layers, with kernels from anywhere. Inputs are (batch, spatial…, channels). */
public final class Convolutions {
    private Convolutions() {}

    private static List<Integer> size(Value kernel) {
        return kernel.shape().toList().subList(0, kernel.rank() - 2);
    }

    /** With a kernel (size…, channels / groups, filters). */
    public static Value plain(Value x, Value kernel, List<Integer> strides, List<Integer> dilations, Padding padding) {
        Op.Window window = Spatial.window(x.shape(), size(kernel), strides, dilations, padding);
        return x.conv(kernel, window, x.shape().last() / kernel.shape().dim(-2));
    }

    /** Each channel with its own kernels: (size…, channels, multiplier). */
    public static Value depthwise(
            Value x, Value kernel, List<Integer> strides, List<Integer> dilations, Padding padding) {
        return DepthwiseConvolution.convolve(x, kernel, size(kernel), strides, dilations, padding);
    }

    /** A depthwise convolution, then a mixing of the channels: (1…, channels, filters). */
    public static Value separable(
            Value x,
            Value depthwise,
            Value pointwise,
            List<Integer> strides,
            List<Integer> dilations,
            Padding padding) {
        List<Integer> ones = Collections.nCopies(x.rank() - 2, 1);
        return plain(depthwise(x, depthwise, strides, dilations, padding), pointwise, ones, ones, Padding.VALID);
    }

    /**
     * The transposed convolution with a kernel (size…, filters, channels).
     *
     * @param outputPadding Keras' {@code output_padding}, for each axis; null for what fits the stride
     */
    public static Value transposed(
            Value x,
            Value kernel,
            List<Integer> strides,
            List<Integer> dilations,
            Padding padding,
            @Nullable List<Integer> outputPadding) {
        List<Integer> size = size(kernel);
        List<Integer> lengths = new ArrayList<>(), low = new ArrayList<>(), high = new ArrayList<>();
        for (int i = 0; i < size.size(); i++) {
            int stride = strides.get(i), span = (size.get(i) - 1) * dilations.get(i) + 1;
            int reach = (x.shape().dim(i + 1) - 1) * stride;
            int length = reach + length(span, stride, padding, outputPadding == null ? null : outputPadding.get(i));
            // The convolution whose gradient this is goes from the result to x; its padding follows TensorFlow's rule.
            int zeros = Math.max(reach + span - length, 0);
            lengths.add(length);
            low.add(zeros / 2);
            high.add(zeros - zeros / 2);
        }
        lengths.add(0, x.shape().dim(0));
        lengths.add(kernel.shape().dim(-2));
        Op.Window window = new Op.Window(strides, dilations, List.copyOf(low), List.copyOf(high));
        return x.convInputGradient(kernel, window, 1, Shape.of(lengths));
    }

    /** What one input element makes of an axis, beyond the strides between the elements. */
    private static int length(int span, int stride, Padding padding, @Nullable Integer extra) {
        if (padding == Padding.VALID) return extra == null ? Math.max(span, stride) : span + extra;
        return extra == null ? stride : span % 2 + extra;
    }
}
