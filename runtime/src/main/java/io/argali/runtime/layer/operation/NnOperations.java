package io.argali.runtime.layer.operation;

import io.argali.runtime.layer.Activations;
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
    private NnOperations() {}

    static Table table() {
        Table t = new Table("nn");
        activations(t);
        encodings(t);
        normalizations(t);
        return t;
    }

    private static void activations(Table t) {
        t.unary("Relu", Table::same, Value::relu);
        t.unary("Relu6", Table::same, x -> x.relu().minimum(6));
        t.unary("Sigmoid", Table::same, Value::sigmoid);
        t.unary("SparseSigmoid", Table::same, x -> x.add(1).multiply(0.5).maximum(0).minimum(1));
        t.unary("Softplus", Table::same, Activations::softplus);
        t.unary("Softsign", Table::same, x -> x.divide(x.abs().add(1)));
        t.value("SoftShrink", a -> Activations.softShrink(a.value(0, "x"), a.number("threshold", 0.5)));
        t.unary("SparsePlus", Table::same, x -> x.lessEqual(-1).select(0, x.less(1).select(x.add(1).square().multiply(0.25), x)));
        t.unary("Silu", Table::same, Activations::silu);
        t.value("Squareplus", a -> Activations.squareplus(a.value(0, "x"), a.number("b", 4)));
        t.unary("LogSigmoid", Table::same, Activations::logSigmoid);
        t.value("LeakyRelu", a -> Activations.leakyRelu(a.value(0, "x"), a.number("negative_slope", 0.2)));
        t.unary("HardSigmoid", Table::same, Activations::hardSigmoid);
        t.unary("HardSilu", Table::same, Activations::hardSilu);
        t.unary("HardTanh", Table::same, x -> x.maximum(-1).minimum(1));
        t.value("Elu", a -> Activations.elu(a.value(0, "x"), a.number("alpha", 1)));
        t.unary("Selu", Table::same, x -> io.argali.runtime.layer.Activation.of("selu").apply(x));
        t.value("Gelu", a -> Activations.gelu(a.value(0, "x"), a.flag("approximate", true)));
        t.value("Celu", a -> Activations.celu(a.value(0, "x"), a.number("alpha", 1)));
        t.value("Glu", a -> Activations.glu(a.value(0, "x"), a.integer("axis", -1)));
        t.unary("TanhShrink", Table::same, x -> x.subtract(x.tanh()));
        t.value("HardShrink", a -> Activations.hardShrink(a.value(0, "x"), a.number("threshold", 0.5)));
        t.value("Threshold", a -> Activations.threshold(a.value(0, "x"), a.number("threshold", 0), a.number("default_value", 0)));
        t.value("Softmax", a -> overAxes(a, Activations::softmax));
        t.value("LogSoftmax", a -> overAxes(a, Activations::logSoftmax));
        t.value("Sparsemax", a -> Activations.sparsemax(a.value(0, "x"), a.integer("axis", -1)));
    }

    private static Value overAxes(OperationArguments a, BiFunction<Value, int[], Value> f) {
        Value x = a.value(0, "x");
        return f.apply(x, a.axes(x.rank()));
    }

    private static void encodings(Table t) {
        t.value("OneHot", a -> oneHot(a.value(0, "x"), a.integer("num_classes", 1), a.integer("axis", -1), a.dtype(DType.FLOAT32)));
        t.value("MultiHot", a -> {
            Value x = a.value(0, "inputs");
            Value hot = oneHot(x, a.integer("num_classes", a.integer("num_tokens", 1)), a.integer("axis", -1), DType.BOOL);
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
        return i.expandDims(at).equal(Value.iota(DType.INT64, Shape.of(along), at)).cast(type);
    }

    private static void normalizations(Table t) {
        t.results("Moments", a -> {
            Value x = a.value(0, "x");
            int[] axes = Objects.requireNonNull(a.integers("axes"));
            Value y = x.cast(Promotion.of(x.dtype(), DType.FLOAT32));
            return List.of(y.mean(a.keepDims(), axes).cast(x.dtype()), y.variance(a.keepDims(), axes).cast(x.dtype()));
        });
        t.value("BatchNorm", a -> {
            Value x = a.value(0, "x"), mean = a.value(1, "mean");
            int axis = x.shape().axis(a.integer("axis", -1));
            Value offset = along(a.optionalValue(3, "offset"), x, axis), scale = along(a.optionalValue(4, "scale"), x, axis);
            Value factor = Objects.requireNonNull(along(a.value(2, "variance"), x, axis)).add(a.number("epsilon", 1e-3)).rsqrt();
            if (scale != null) factor = factor.multiply(scale);
            Value shift = Objects.requireNonNull(along(mean, x, axis)).negate().multiply(factor);
            return x.multiply(factor).add(offset == null ? shift : offset.add(shift));
        });
        t.value("Normalize", a -> {
            Value given = a.value(0, "x");
            Value x = given.cast(Promotion.floating(given.dtype()));
            int[] axes = a.axes(x.rank());
            double epsilon = a.number("epsilon", 1e-7), order = a.number("order", 2);
            if (order == 2) return x.multiply(x.square().sum(true, axes).maximum(epsilon * epsilon).rsqrt());
            Value norm = x.abs().power(order).sum(true, axes).power(1 / order);
            return x.divide(norm.maximum(epsilon));
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
