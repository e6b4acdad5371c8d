package io.argali.converters.savedmodel;

import io.argali.runtime.layer.Padding;
import io.argali.runtime.layer.Spatial;
import io.argali.runtime.op.Einsum;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import java.util.ArrayList;
import java.util.List;

/** Sums of products, convolutions, poolings, normalizations. */
final class NeuralOps {
    private NeuralOps() {}

    static void add(OpTable t) {
        t.one("MatMul", c -> c.value(0).matMul(c.value(1), c.flag("transpose_a"), c.flag("transpose_b")));
        for (String name : List.of("BatchMatMul", "BatchMatMulV2", "BatchMatMulV3")) {
            t.one(name, c -> c.value(0).matMul(c.value(1), c.flag("adj_x"), c.flag("adj_y")));
        }
        t.one(
                "Einsum",
                c -> Einsum.of(c.text("equation", ""), c.values(0, c.count()).toArray(Value[]::new)));
        t.one("Conv2D", c -> convolution(c, c.value(0), c.value(1), false));
        t.one("Conv3D", c -> convolution(c, c.value(0), c.value(1), false));
        t.one("DepthwiseConv2dNative", c -> convolution(c, c.value(0), c.value(1), true));
        t.one("Conv2DBackpropInput", NeuralOps::transposed);
        t.one("Conv3DBackpropInputV2", NeuralOps::transposed);
        for (String name : List.of("MaxPool", "MaxPool3D")) t.one(name, c -> pool(c, c.value(0), true));
        for (String name : List.of("AvgPool", "AvgPool3D")) t.one(name, c -> pool(c, c.value(0), false));
        for (String name : List.of("FusedBatchNorm", "FusedBatchNormV2")) {
            t.many(
                    name,
                    List.of("y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2"),
                    c -> batchNorm(c, c.values(0, 5)));
        }
        t.many(
                "FusedBatchNormV3",
                List.of("y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2", "reserve_space_3"),
                c -> batchNorm(c, c.values(0, 5)));
        t.many("MaxPoolWithArgmax", List.of("output", "argmax"), NeuralOps::poolWithPlaces);
        t.one("Dilation2D", NeuralOps::dilate);
        t.one("LRN", NeuralOps::localResponse);
    }

    /** How a window lies: the entries of the attributes that belong to space. */
    private record Frame(boolean channelsFirst, int rank, Call c) {
        static Frame of(Call c, Value x) {
            String format = c.text("data_format", x.rank() == 5 ? "NDHWC" : "NHWC");
            return new Frame(format.startsWith("NC"), x.rank() - 2, c);
        }

        List<Integer> spatial(String attribute) {
            List<Integer> all = c.integers(attribute);
            if (all.isEmpty()) return MovementOps.ones(rank);
            if (all.size() != rank + 2) throw new ShapeException("its " + attribute + " are " + all);
            int from = channelsFirst ? 2 : 1;
            boolean plain = all.get(0) == 1 && all.get(channelsFirst ? 1 : rank + 1) == 1;
            if (!plain) throw new ShapeException("its " + attribute + " " + all + " go over batch or channels");
            return all.subList(from, from + rank);
        }

        Value last(Value x) {
            return channelsFirst ? x.moveAxis(1, -1) : x;
        }

        Value back(Value y) {
            return channelsFirst ? y.moveAxis(-1, 1) : y;
        }

        Op.Window window(Shape x, List<Integer> size, List<Integer> strides, List<Integer> dilations) {
            String padding = c.text("padding", "VALID");
            if (!padding.equals("EXPLICIT"))
                return Spatial.window(x, size, strides, dilations, Padding.valueOf(padding));
            List<Integer> all = c.integers("explicit_paddings");
            int from = channelsFirst ? 4 : 2;
            List<Integer> low = new ArrayList<>(), high = new ArrayList<>();
            for (int i = 0; i < rank; i++) {
                low.add(all.get(from + 2 * i));
                high.add(all.get(from + 2 * i + 1));
            }
            return new Op.Window(strides, dilations, List.copyOf(low), List.copyOf(high));
        }
    }

    static Value convolution(Call c, Value input, Value kernel, boolean depthwise) {
        Frame f = Frame.of(c, input);
        Value x = f.last(input);
        List<Integer> size = kernel.shape().toList().subList(0, f.rank);
        Op.Window w = f.window(x.shape(), size, f.spatial("strides"), f.spatial("dilations"));
        int channels = x.shape().last();
        if (depthwise) {
            Value flat = kernel.reshape(
                    Shape.of(size).append(1, channels * kernel.shape().last()));
            return f.back(x.conv(flat, w, channels));
        }
        int per = kernel.shape().dim(-2);
        if (per == 0 || channels % per != 0)
            throw new ShapeException("cannot convolve " + x.type() + " with a kernel " + kernel.type());
        return f.back(x.conv(kernel, w, channels / per));
    }

    /** Inputs: the shape of the result, the kernel (size…, result's channels, channels), the input. */
    private static Value transposed(Call c) {
        Value kernel = c.value(1);
        Frame f = Frame.of(c, c.value(2));
        Value dy = f.last(c.value(2));
        List<Integer> size = kernel.shape().toList().subList(0, f.rank);
        int[] shape = c.ints(0);
        if (shape.length == f.rank) { // the spatial lengths alone
            List<Integer> full = new ArrayList<>(List.of(dy.shape().dim(0)));
            for (int n : shape) full.add(n);
            full.add(kernel.shape().dim(-2));
            shape = full.stream().mapToInt(i -> i).toArray();
        } else if (f.channelsFirst) {
            int channels = shape[1];
            System.arraycopy(shape, 2, shape, 1, f.rank);
            shape[f.rank + 1] = channels;
        }
        Shape result = ShapeOps.shape(shape);
        Op.Window w = f.window(result, size, f.spatial("strides"), f.spatial("dilations"));
        int groups = result.last() / Math.max(1, kernel.shape().dim(-2));
        return f.back(dy.convInputGradient(kernel, w, groups, result));
    }

    static Value pool(Call c, Value input, boolean max) {
        Frame f = Frame.of(c, input);
        Value x = f.last(input);
        List<Integer> size = f.spatial("ksize");
        Op.Window w = f.window(x.shape(), size, f.spatial("strides"), MovementOps.ones(f.rank));
        return f.back(x.pool(max, size, w));
    }

    /** Inputs: x, scale, offset, mean, variance. In training the batch's own mean and variance count. */
    static List<Value> batchNorm(Call c, List<Value> arguments) {
        Frame f = Frame.of(c, arguments.get(0));
        Value x = f.last(arguments.get(0)), scale = arguments.get(1), offset = arguments.get(2);
        Value mean = arguments.get(3), variance = arguments.get(4);
        DType t = x.dtype();
        Value wide = x.cast(scale.dtype());
        if (c.flag("is_training", true)) {
            int[] axes = IndexingOps.range(0, x.rank() - 1);
            mean = wide.mean(false, axes);
            variance = wide.variance(false, axes);
        }
        Value factor = scale.multiply(variance.add(c.number("epsilon", 1e-4f)).rsqrt());
        Value y = wide.multiply(factor).add(offset.subtract(mean.multiply(factor)));
        int n = x.shape().size() / Math.max(1, x.shape().last());
        // What is reported of a batch is the variance of what it is a sample of.
        Value reported = c.flag("is_training", true) ? variance.multiply(n / Math.max(1.0, n - 1)) : variance;
        return List.of(f.back(y.cast(t)), mean, reported, mean, variance, Value.scalar(scale.dtype(), 0));
    }

    /** The windows of (batch, rows, columns, channels): (batch, rows, columns, size, channels), outside as a value. */
    private static Value windows(Value x, List<Integer> size, Op.Window w, double outside) {
        Value y = x.pad(
                List.of(0, w.low().get(0), w.low().get(1), 0),
                List.of(0, w.high().get(0), w.high().get(1), 0),
                outside);
        int[] counts = new int[2];
        for (int i = 0; i < 2; i++) {
            counts[i] = w.count(i, x.shape().dim(i + 1), size.get(i));
            int[] at = new int[counts[i] * size.get(i)];
            for (int k = 0; k < at.length; k++) {
                at[k] = k / size.get(i) * w.strides().get(i)
                        + k % size.get(i) * w.dilations().get(i);
            }
            y = y.gather(Value.constant(io.argali.runtime.tensor.Tensor.of(at, counts[i], size.get(i))), 1 + 2 * i);
        }
        return y.transpose(0, 1, 3, 2, 4, 5)
                .reshape(
                        x.shape().dim(0),
                        counts[0],
                        counts[1],
                        size.get(0) * size.get(1),
                        x.shape().last());
    }

    /** The places are those of the whole image, or batch, written row by row. */
    private static List<Value> poolWithPlaces(Call c) {
        Frame f = Frame.of(c, c.value(0));
        Value x = c.value(0);
        List<Integer> size = f.spatial("ksize");
        Op.Window w = f.window(x.shape(), size, f.spatial("strides"), MovementOps.ones(2));
        Value all = windows(x, size, w, Double.NEGATIVE_INFINITY);
        boolean batch = c.flag("include_batch_in_index");
        Shape s = batch ? x.shape() : x.shape().with(0, 1);
        Value place = Value.iota(DType.INT32, Shape.of(s.size()), 0).reshape(s);
        Value places = windows(place, size, w, 0).broadcastTo(all.shape());
        Value best = all.argMax(3).expandDims(3);
        Value at =
                io.argali.runtime.layer.Activations.takeAlong(places, best, 3).squeeze(3);
        return List.of(all.max(false, 3), at.cast(c.type("Targmax", DType.INT64)));
    }

    /** The greatest sum of a window and a filter (rows, columns, channels). */
    private static Value dilate(Call c) {
        Value x = c.value(0), filter = c.value(1);
        List<Integer> size = filter.shape().toList().subList(0, 2);
        List<Integer> strides = c.integers("strides").subList(1, 3),
                rates = c.integers("rates").subList(1, 3);
        Op.Window w = Spatial.window(x.shape(), size, strides, rates, Padding.valueOf(c.text("padding", "VALID")));
        Value flat = filter.reshape(size.get(0) * size.get(1), x.shape().last());
        return windows(x, size, w, Double.NEGATIVE_INFINITY).add(flat).max(false, 3);
    }

    private static Value localResponse(Call c) {
        Value x = c.value(0);
        int radius = c.integer("depth_radius", 5), n = x.shape().last();
        Value squares = x.square().pad(x.rank() - 1, radius, radius), sum = squares.slice(-1, 0, n);
        for (int i = 1; i <= 2 * radius; i++) sum = sum.add(squares.slice(-1, i, i + n));
        return x.divide(
                sum.multiply(c.number("alpha", 1)).add(c.number("bias", 1)).power(c.number("beta", 0.5f)));
    }
}
