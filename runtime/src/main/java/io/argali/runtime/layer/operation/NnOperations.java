package io.argali.runtime.layer.operation;

import io.argali.runtime.layer.Activations;
import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.layer.Padding;
import io.argali.runtime.layer.Spatial;
import io.argali.runtime.layer.convolutional.Convolutions;
import io.argali.runtime.layer.pooling.AdaptiveAveragePooling1D;
import io.argali.runtime.layer.pooling.AdaptiveAveragePooling2D;
import io.argali.runtime.layer.pooling.AdaptiveAveragePooling3D;
import io.argali.runtime.layer.pooling.AdaptiveMaxPooling1D;
import io.argali.runtime.layer.pooling.AdaptiveMaxPooling2D;
import io.argali.runtime.layer.pooling.AdaptiveMaxPooling3D;
import io.argali.runtime.op.Einsum;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** The operations of keras/src/ops/nn.py. */
final class NnOperations {
    /** {@code keras.config.epsilon()}. */
    private static final double EPSILON = 1e-7;

    private NnOperations() {}

    static Table table() {
        Table t = new Table("nn");
        activations(t);
        encodings(t);
        normalizations(t);
        windows(t);
        losses(t);
        return t;
    }

    private static void activations(Table t) {
        t.unary("Relu", Table::same, Value::relu);
        t.unary("Relu6", Table::same, x -> x.relu().minimum(6));
        t.unary("Sigmoid", Table::same, Value::sigmoid);
        t.unary(
                "SparseSigmoid",
                Table::same,
                x -> x.add(1).multiply(0.5).maximum(0).minimum(1));
        t.unary("Softplus", Table::same, Activations::softplus);
        t.unary("Softsign", Table::same, x -> x.divide(x.abs().add(1)));
        t.value("SoftShrink", a -> Activations.softShrink(a.value(0, "x"), a.number("threshold", 0.5)));
        t.unary(
                "SparsePlus",
                Table::same,
                x -> x.lessEqual(-1)
                        .select(0, x.less(1).select(x.add(1).square().multiply(0.25), x)));
        t.unary("Silu", Table::same, Activations::silu);
        t.value("Squareplus", a -> Activations.squareplus(a.value(0, "x"), a.number("b", 4)));
        t.unary("LogSigmoid", Table::same, Activations::logSigmoid);
        t.value("LeakyRelu", a -> Activations.leakyRelu(a.value(0, "x"), a.number("negative_slope", 0.2)));
        t.unary("HardSigmoid", Table::same, Activations::hardSigmoid);
        t.unary("HardSilu", Table::same, Activations::hardSilu);
        t.unary("HardTanh", Table::same, x -> x.maximum(-1).minimum(1));
        t.value("Elu", a -> Activations.elu(a.value(0, "x"), a.number("alpha", 1)));
        t.unary(
                "Selu",
                Table::same,
                x -> io.argali.runtime.layer.Activation.of("selu").apply(x));
        t.value("Gelu", a -> Activations.gelu(a.value(0, "x"), a.flag("approximate", true)));
        t.value("Celu", a -> Activations.celu(a.value(0, "x"), a.number("alpha", 1)));
        t.value("Glu", a -> Activations.glu(a.value(0, "x"), a.integer("axis", -1)));
        t.unary("TanhShrink", Table::same, x -> x.subtract(x.tanh()));
        t.value("HardShrink", a -> Activations.hardShrink(a.value(0, "x"), a.number("threshold", 0.5)));
        t.value(
                "Threshold",
                a -> Activations.threshold(a.value(0, "x"), a.number("threshold", 0), a.number("default_value", 0)));
        t.value("Softmax", a -> overAxes(a, Activations::softmax));
        t.value("LogSoftmax", a -> overAxes(a, Activations::logSoftmax));
        t.value("Sparsemax", a -> Activations.sparsemax(a.value(0, "x"), a.integer("axis", -1)));
    }

    private static Value overAxes(OperationArguments a, BiFunction<Value, int[], Value> f) {
        Value x = a.value(0, "x");
        return f.apply(x, a.axes(x.rank()));
    }

    private static void encodings(Table t) {
        t.value(
                "OneHot",
                a -> oneHot(
                        a.value(0, "x"), a.integer("num_classes", 1), a.integer("axis", -1), a.dtype(DType.FLOAT32)));
        t.value("MultiHot", a -> {
            Value x = a.value(0, "inputs");
            Value hot =
                    oneHot(x, a.integer("num_classes", a.integer("num_tokens", 1)), a.integer("axis", -1), DType.BOOL);
            return hot.any(false, x.rank() > 1 ? 1 : 0).cast(a.dtype(DType.FLOAT32));
        });
    }

    /** A new axis with a one at each element's number; no one if it is outside. */
    static Value oneHot(Value x, int classes, int axis, DType type) {
        Value i = x.cast(DType.INT64);
        int at = axis < 0 ? axis + x.rank() + 1 : axis;
        int[] along = new int[x.rank() + 1];
        java.util.Arrays.fill(along, 1);
        along[at] = classes;
        return i.expandDims(at)
                .equal(Value.iota(DType.INT64, Shape.of(along), at))
                .cast(type);
    }

    private static void normalizations(Table t) {
        t.value("LayerNorm", NnOperations::layerNorm);
        t.value("RMSNorm", NnOperations::rmsNorm);
        t.value("DotProductAttention", NnOperations::attention);
        t.results("Moments", a -> {
            Value x = a.value(0, "x");
            int[] axes = Objects.requireNonNull(a.integers("axes"));
            Value y = x.cast(Promotion.of(x.dtype(), DType.FLOAT32));
            return List.of(
                    y.mean(a.keepDims(), axes).cast(x.dtype()),
                    y.variance(a.keepDims(), axes).cast(x.dtype()));
        });
        t.value("BatchNorm", a -> {
            Value x = a.value(0, "x"), mean = a.value(1, "mean");
            int axis = x.shape().axis(a.integer("axis", -1));
            Value offset = along(a.optionalValue(3, "offset"), x, axis),
                    scale = along(a.optionalValue(4, "scale"), x, axis);
            Value factor = Objects.requireNonNull(along(a.value(2, "variance"), x, axis))
                    .add(a.number("epsilon", 1e-3))
                    .rsqrt();
            if (scale != null) factor = factor.multiply(scale);
            Value shift = Objects.requireNonNull(along(mean, x, axis)).negate().multiply(factor);
            return x.multiply(factor).add(offset == null ? shift : offset.add(shift));
        });
        t.value("Normalize", a -> {
            Value given = a.value(0, "x");
            Value x = given.cast(Promotion.floating(given.dtype()));
            int[] axes = a.axes(x.rank());
            double epsilon = a.number("epsilon", EPSILON), order = a.number("order", 2);
            if (order == 2) return x.multiply(x.square().sum(true, axes).rsqrt().minimum(1 / epsilon));
            Value norm = x.abs().power(order).sum(true, axes).power(1 / order);
            return x.divide(norm.maximum(epsilon));
        });
    }

    private static Value layerNorm(OperationArguments a) {
        Value given = a.value(0, "x");
        Value x = given.cast(Promotion.of(given.dtype(), DType.FLOAT32));
        int[] axes = java.util.Arrays.stream(Objects.requireNonNullElse(a.integers("axis"), new int[] {-1}))
                .map(x.shape()::axis)
                .sorted()
                .toArray();
        double epsilon = a.number("epsilon", EPSILON);
        Value gamma = spread(a.optionalValue(1, "gamma"), x, axes), beta = spread(a.optionalValue(2, "beta"), x, axes);
        boolean rms = a.flag("rms_scaling", false);
        Value factor = x.variance(true, axes).add(epsilon).rsqrt();
        Value y = (rms ? x : x.subtract(x.mean(true, axes))).multiply(factor);
        if (gamma != null) y = y.multiply(gamma);
        if (beta != null && !rms) y = y.add(beta);
        return y.cast(given.dtype());
    }

    private static Value rmsNorm(OperationArguments a) {
        Value given = a.value(0, "x");
        Value x = given.cast(Promotion.of(given.dtype(), DType.FLOAT32));
        int[] axes = Objects.requireNonNullElse(a.integers("axis"), new int[] {-1});
        Value scale = a.optionalValue(1, "scale");
        Value y = x.multiply(
                x.square().mean(true, axes).add(a.number("epsilon", EPSILON)).rsqrt());
        return (scale == null ? y : y.multiply(scale.cast(x.dtype()))).cast(given.dtype());
    }

    /** A weight over some axes of x in the rank of x. */
    private static @Nullable Value spread(@Nullable Value weight, Value x, int[] axes) {
        if (weight == null) return null;
        Value w = weight.cast(x.dtype());
        if (w.rank() == x.rank() || axes.length == 1 && axes[0] == x.rank() - 1) return w;
        int[] d = new int[x.rank()];
        java.util.Arrays.fill(d, 1);
        for (int axis : axes) d[axis] = x.shape().dim(axis);
        return w.reshape(d);
    }

    private static Value attention(OperationArguments a) {
        Value q = a.value(0, "query"), k = a.value(1, "key"), v = a.value(2, "value");
        DType type = Promotion.of(q.dtype(), k.dtype(), v.dtype());
        int heads = q.shape().dim(2), shared = k.shape().dim(2);
        if (shared > 1 && heads > shared) {
            k = k.repeat(2, heads / shared);
            v = v.repeat(2, heads / shared);
        }
        Object scale = a.find(5, "scale");
        Value bias = a.optionalValue(3, "bias"), mask = a.optionalValue(4, "mask");
        double factor = scale instanceof Number n
                ? n.doubleValue()
                : 1 / Math.sqrt(k.shape().last());
        DType full = Promotion.of(type, DType.FLOAT32);
        Value logits = Einsum.of("btnh,bsnh->bnts", q.cast(type), k.cast(type)).cast(full);
        logits = scale instanceof Value s ? logits.multiply(s.cast(full)) : logits.multiply(factor);
        if (bias != null) logits = logits.add(bias.cast(full));
        Value allowed = mask == null ? null : mask.cast(DType.BOOL);
        if (a.flag("is_causal", false)) {
            Shape s = logits.shape().slice(2, 4);
            Value causal = Value.iota(DType.INT32, s, 0).greaterEqual(Value.iota(DType.INT32, s, 1));
            allowed = allowed == null ? causal : allowed.and(causal);
        }
        if (allowed != null) logits = allowed.select(logits, -0.7 * 3.38953e38);
        return Einsum.of("bnts,bsnh->btnh", Activations.softmax(logits, -1).cast(type), v.cast(type));
    }

    private static void windows(Table t) {
        t.value("MaxPool", a -> pool(a, true));
        t.value("AveragePool", a -> pool(a, false));
        t.value("AdaptiveMaxPool", a -> adaptivePool(a, true));
        t.value("AdaptiveAveragePool", a -> adaptivePool(a, false));
        t.value(
                "Conv",
                a -> convolve(
                        a, (x, w) -> Convolutions.plain(x, a.value(1, "kernel"), w.strides, w.dilations, w.padding)));
        t.value(
                "DepthwiseConv",
                a -> convolve(
                        a,
                        (x, w) -> Convolutions.depthwise(x, a.value(1, "kernel"), w.strides, w.dilations, w.padding)));
        t.value(
                "SeparableConv",
                a -> convolve(
                        a,
                        (x, w) -> Convolutions.separable(
                                x,
                                a.value(1, "depthwise_kernel"),
                                a.value(2, "pointwise_kernel"),
                                w.strides,
                                w.dilations,
                                w.padding)));
        t.value(
                "ConvTranspose",
                a -> convolve(a, (x, w) -> {
                    List<Integer> extra =
                            a.option("output_padding") == null ? null : perAxis(a, "output_padding", x.rank() - 2);
                    return Convolutions.transposed(x, a.value(1, "kernel"), w.strides, w.dilations, w.padding, extra);
                }));
        t.value("DepthToSpace", a -> {
            DataFormat format = format(a);
            Value x = format.toChannelsLast(a.value(0, "x"));
            int k = a.integer("block_size", 1);
            Shape s = x.shape();
            Value y = x.reshape(s.dim(0), s.dim(1), s.dim(2), k, k, s.dim(3) / (k * k))
                    .transpose(0, 1, 3, 2, 4, 5);
            return format.fromChannelsLast(y.reshape(s.dim(0), s.dim(1) * k, s.dim(2) * k, s.dim(3) / (k * k)));
        });
        t.value("SpaceToDepth", a -> {
            DataFormat format = format(a);
            Value x = format.toChannelsLast(a.value(0, "x"));
            int k = a.integer("block_size", 1);
            Shape s = x.shape();
            Value y = x.reshape(s.dim(0), s.dim(1) / k, k, s.dim(2) / k, k, s.dim(3))
                    .transpose(0, 1, 3, 2, 4, 5);
            return format.fromChannelsLast(y.reshape(s.dim(0), s.dim(1) / k, s.dim(2) / k, s.dim(3) * k * k));
        });
        t.value("Unfold", a -> Patches.unfold(a, a.value(0, "x")));
        t.value("Fold", a -> Patches.fold(a, a.value(0, "x")));
    }

    private record Windows(List<Integer> strides, List<Integer> dilations, Padding padding) {}

    private static Value convolve(OperationArguments a, BiFunction<Value, Windows, Value> f) {
        DataFormat format = format(a);
        Value x = format.toChannelsLast(a.value(0, "inputs"));
        int rank = x.rank() - 2;
        return format.fromChannelsLast(
                f.apply(x, new Windows(perAxis(a, "strides", rank), perAxis(a, "dilation_rate", rank), padding(a))));
    }

    static List<Integer> perAxis(OperationArguments a, String name, int rank) {
        int[] given = Objects.requireNonNullElse(a.integers(name), new int[] {1});
        return Spatial.perAxis(java.util.Arrays.stream(given).boxed().toList(), rank);
    }

    static Padding padding(OperationArguments a) {
        return Padding.valueOf(a.text("padding", "valid").toUpperCase(java.util.Locale.ROOT));
    }

    static DataFormat format(OperationArguments a) {
        return "channels_first".equals(a.text("data_format")) ? DataFormat.CHANNELS_FIRST : DataFormat.CHANNELS_LAST;
    }

    private static Value pool(OperationArguments a, boolean max) {
        DataFormat format = format(a);
        Value x = format.toChannelsLast(a.value(0, "inputs"));
        int rank = x.rank() - 2;
        List<Integer> size = perAxis(a, "pool_size", rank),
                strides = a.option("strides") == null ? size : perAxis(a, "strides", rank);
        return format.fromChannelsLast(x.pool(
                max,
                size,
                Spatial.window(x.shape(), size, strides, java.util.Collections.nCopies(rank, 1), padding(a))));
    }

    private static Value adaptivePool(OperationArguments a, boolean max) {
        Value x = a.value(0, "inputs");
        List<Integer> size = perAxis(a, "output_size", x.rank() - 2);
        DataFormat format = format(a);
        io.argali.runtime.layer.UnaryLayer layer = switch (x.rank()) {
            case 3 -> max ? new AdaptiveMaxPooling1D(size, format) : new AdaptiveAveragePooling1D(size, format);
            case 4 -> max ? new AdaptiveMaxPooling2D(size, format) : new AdaptiveAveragePooling2D(size, format);
            default -> max ? new AdaptiveMaxPooling3D(size, format) : new AdaptiveAveragePooling3D(size, format);
        };
        return layer.call(a.scope(), x);
    }

    private static void losses(Table t) {
        t.value("BinaryCrossentropy", a -> {
            Value z = a.value(0, "target"), x = a.value(1, "output");
            if (a.flag("from_logits", false)) {
                return x.maximum(0)
                        .subtract(x.multiply(z))
                        .add(x.abs().negate().exp().unary(UnaryFunction.LOG1P));
            }
            Value p = x.maximum(EPSILON).minimum(1 - EPSILON);
            return z.multiply(p.log())
                    .add(z.subtractFrom(1).multiply(p.subtractFrom(1).log()))
                    .negate();
        });
        t.value("CategoricalCrossentropy", a -> {
            Value z = a.value(0, "target"), x = a.value(1, "output");
            int axis = a.integer("axis", -1);
            if (a.flag("from_logits", false))
                return z.multiply(Activations.logSoftmax(x, axis))
                        .sum(false, axis)
                        .negate();
            Value p = x.divide(x.sum(true, axis)).maximum(EPSILON).minimum(1 - EPSILON);
            return z.multiply(p.log()).sum(false, axis).negate();
        });
        t.value("SparseCategoricalCrossentropy", a -> {
            Value given = a.value(0, "target"), x = a.value(1, "output");
            Value z = given.rank() == x.rank() && given.shape().last() == 1 ? given.squeeze(-1) : given;
            Value logits = a.flag("from_logits", false)
                    ? x
                    : x.maximum(EPSILON).minimum(1 - EPSILON).log();
            Value hot = oneHot(z, x.shape().last(), -1, x.dtype());
            return hot.multiply(Activations.logSoftmax(logits, -1))
                    .sum(false, -1)
                    .negate();
        });
        t.value("PSNR", a -> {
            Value x = a.value(0, "x1"), y = a.value(1, "x2");
            Value noise = x.subtract(y).square().mean(false);
            return noise.log().multiply(-10 / Math.log(10)).add(20 * Math.log10(a.number("max_val", 1)));
        });
    }

    private static @Nullable Value along(@Nullable Value v, Value x, int axis) {
        if (v == null) return null;
        int[] d = new int[x.rank()];
        java.util.Arrays.fill(d, 1);
        d[axis] = v.shape().size();
        return v.reshape(d);
    }
}
