package io.argali.converters.savedmodel;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.TensorType;
import io.argali.trainer.autodiff.Backprop;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** The gradients that TensorFlow wrote into a graph: of activations as formulas, of the rest by ours of the operation itself. */
final class GradientOps {
    private static final double SELU_SCALE = 1.0507009873554804934193349852946;
    private static final double SELU_SCALED_ALPHA = SELU_SCALE * 1.6732632423543772848170429916717;

    private GradientOps() {}

    static void add(OpTable t) {
        activations(t);
        windows(t);
        t.one("BiasAddGrad", c -> {
            Value dy = c.value(0);
            int channels = c.text("data_format", "NHWC").startsWith("NC") ? 1 : dy.rank() - 1;
            return dy.sum(
                    false,
                    java.util.stream.IntStream.range(0, dy.rank())
                            .filter(i -> i != channels)
                            .toArray());
        });
        t.many("BroadcastGradientArgs", List.of("r0", "r1"), GradientOps::broadcastAxes);
        t.one(
                "StridedSliceGrad",
                c -> linear(of(c.value(4), c.ints(0)), c.value(4), x -> MovementOps.stridedSlice(c, x)));
        t.one("MirrorPadGrad", c -> {
            Value dy = c.value(0);
            int[] pairs = c.ints(1), d = dy.shape().toArray();
            for (int i = 0; i < d.length; i++) d[i] -= pairs[2 * i] + pairs[2 * i + 1];
            boolean symmetric = c.text("mode", "REFLECT").equals("SYMMETRIC");
            return linear(of(dy, d), dy, x -> MovementOps.mirror(x, pairs, symmetric));
        });
        for (String name : List.of("FusedBatchNormGrad", "FusedBatchNormGradV2", "FusedBatchNormGradV3")) {
            t.many(
                    name,
                    List.of("x_backprop", "scale_backprop", "offset_backprop", "reserve_space_3", "reserve_space_4"),
                    GradientOps::batchNorm);
        }
    }

    // dy and the input, or the output, as TensorFlow hands them on.
    private static void activations(OpTable t) {
        t.binary("ReluGrad", (dy, x) -> x.greater(0).select(dy, 0));
        t.binary("Relu6Grad", (dy, x) -> x.greater(0).and(x.less(6)).select(dy, 0));
        t.one(
                "LeakyReluGrad",
                c -> c.value(1).greater(0).select(c.value(0), c.value(0).multiply(c.number("alpha", 0.2f))));
        t.binary("EluGrad", (dy, y) -> y.less(0).select(y.add(1).multiply(dy), dy));
        t.binary(
                "SeluGrad",
                (dy, y) -> y.less(0).select(y.add(SELU_SCALED_ALPHA).multiply(dy), dy.multiply(SELU_SCALE)));
        t.binary("SoftplusGrad", (dy, x) -> dy.multiply(x.sigmoid()));
        t.binary("SoftsignGrad", (dy, x) -> dy.divide(x.abs().add(1).square()));
        t.binary("SigmoidGrad", (y, dy) -> dy.multiply(y).multiply(y.subtractFrom(1)));
        t.binary("TanhGrad", (y, dy) -> dy.multiply(y.square().subtractFrom(1)));
        t.binary("SqrtGrad", (y, dy) -> dy.multiply(0.5).divide(y));
        t.binary("RsqrtGrad", (y, dy) -> dy.multiply(-0.5).multiply(y).multiply(y.square()));
        t.binary("ReciprocalGrad", (y, dy) -> dy.multiply(y.square()).negate());
        t.binary("InvGrad", (y, dy) -> dy.multiply(y.square()).negate());
    }

    private static void windows(OpTable t) {
        for (String name : List.of("MaxPoolGrad", "MaxPool3DGrad")) {
            t.one(name, c -> gradient(c.value(0), c.value(2), x -> NeuralOps.pool(c, x, true)));
        }
        for (String name : List.of("AvgPoolGrad", "AvgPool3DGrad")) {
            t.one(name, c -> linear(of(c.value(1), c.ints(0)), c.value(1), x -> NeuralOps.pool(c, x, false)));
        }
        for (String name : List.of("Conv2DBackpropFilter", "Conv3DBackpropFilterV2")) {
            t.one(
                    name,
                    c -> linear(
                            of(c.value(2), c.ints(1)),
                            c.value(2),
                            k -> NeuralOps.convolution(c, c.value(0), k, false)));
        }
        t.one(
                "DepthwiseConv2dNativeBackpropFilter",
                c -> linear(of(c.value(2), c.ints(1)), c.value(2), k -> NeuralOps.convolution(c, c.value(0), k, true)));
        t.one(
                "DepthwiseConv2dNativeBackpropInput",
                c -> linear(of(c.value(2), c.ints(0)), c.value(2), x -> NeuralOps.convolution(c, x, c.value(1), true)));
        t.one("ResizeBilinearGrad", c -> linear(c.value(1), c.value(0), x -> ImageOps.resized(c, x, c.value(0))));
        t.one("ResizeNearestNeighborGrad", c -> {
            Value dy = c.value(0);
            int[] size = c.ints(1);
            Shape s = dy.shape();
            return linear(of(dy, s.dim(0), size[0], size[1], s.dim(3)), dy, x -> ImageOps.resized(c, x, dy));
        });
    }

    /** A value of a shape that stands for the argument of a linear function, whose gradient does not read it. */
    private static Value of(Value like, int... shape) {
        return Value.zeros(new TensorType(like.dtype(), ShapeOps.shape(shape)));
    }

    private static Value linear(Value x, Value dy, UnaryOperator<Value> f) {
        return gradient(x, dy, f);
    }

    private static Value gradient(Value x, Value dy, UnaryOperator<Value> f) {
        return Backprop.of(List.of(f.apply(x)), List.of(dy), List.of(x)).get(0);
    }

    /** The axes over which the gradients of two broadcast arguments are summed. */
    private static List<Value> broadcastAxes(Call c) {
        int[] a = c.ints(0), b = c.ints(1);
        DType type = c.value(0).dtype();
        int rank = Math.max(a.length, b.length);
        List<Integer> ofA = new ArrayList<>(), ofB = new ArrayList<>();
        for (int i = 0; i < rank; i++) {
            int n = at(a, i, rank), m = at(b, i, rank);
            boolean both = n == 1 && m == 1;
            if (n < 0 || n == 1 && m != 1 || both) ofA.add(i);
            if (m < 0 || m == 1 && n != 1 || both) ofB.add(i);
        }
        return List.of(axes(ofA, type), axes(ofB, type));
    }

    /** The length of an axis of the longer shape; -1 where the shorter one has none. */
    private static int at(int[] shape, int i, int rank) {
        int k = i - rank + shape.length;
        return k < 0 ? 1 : shape[k];
    }

    private static Value axes(List<Integer> axes, DType type) {
        return ShapeOps.ints(axes.stream().mapToInt(i -> i).toArray(), type);
    }

    /** Inputs: dy, x, scale, and in inference the mean and variance. */
    private static List<Value> batchNorm(Call c) {
        Value dy = c.value(0), x = c.value(1), scale = c.value(2);
        List<Value> arguments = new ArrayList<>(List.of(x, scale, Value.zeros(scale.type())));
        arguments.addAll(List.of(c.value(3), c.value(4)));
        Value y = NeuralOps.batchNorm(c, arguments).get(0);
        List<Value> sources = arguments.subList(0, 3);
        List<Value> d = Backprop.of(List.of(y), List.of(dy), sources);
        Value none = Value.zeros(TensorType.of(scale.dtype(), 0));
        return List.of(d.get(0), d.get(1), d.get(2), none, none);
    }
}
