package io.argali.converters.savedmodel;

import io.argali.runtime.layer.Activations;
import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.TensorFunction;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.List;

/** One result for each element. */
final class ElementwiseOps {
    private ElementwiseOps() {}

    static void add(OpTable t) {
        unary(t);
        activations(t);
        binary(t);
        t.one("Cast", c -> c.value(0).cast(c.type("DstT")));
        t.one("Bitcast", c -> bits(c.value(0), c.type("type")));
        t.one("Select", c -> select(c.value(0), c.value(1), c.value(2)));
        t.one("SelectV2", c -> c.value(0).select(c.value(1), c.value(2)));
        t.one("ApproximateEqual", c -> c.value(0).subtract(c.value(1)).abs().less(c.number("tolerance", 1e-5f)));
        t.one("ClipByValue", c -> c.value(0).minimum(c.value(2)).maximum(c.value(1)));
        t.one("AddN", c -> {
            Value sum = c.value(0);
            for (int i = 1; i < c.count(); i++) sum = sum.add(c.value(i));
            return sum;
        });
        t.one("BiasAdd", c -> biasAdd(c.value(0), c.value(1), c.text("data_format", "NHWC")));
        t.one("BiasAddV1", c -> c.value(0).add(c.value(1)));
    }

    /** Bytes along the last axis may become one number. */
    private static Value bits(Value x, DType to) {
        boolean bytes = x.dtype() == DType.UINT8 && (to == DType.UINT64 || to == DType.INT64);
        if (!bytes) return new Bits(to).on(x).get(0);
        if (x.shape().last() != 8)
            throw new ShapeException("of " + x.type() + " to " + to.kerasName() + " is not supported");
        Value sum = x.at(-1, 0).cast(DType.INT64);
        for (int i = 1; i < 8; i++) {
            Value byteAt = x.at(-1, i).cast(DType.INT64);
            sum = sum.binary(BinaryFunction.BITWISE_OR, byteAt.binary(BinaryFunction.SHIFT_LEFT, byteAt.like(8 * i)));
        }
        return to == DType.INT64 ? sum : new Bits(to).on(sum).get(0);
    }

    /** The same bits as another type of the same width. */
    private record Bits(DType to) implements TensorFunction {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            if (in.get(0).dtype().bytes() != to.bytes())
                throw new ShapeException("from " + in.get(0) + " to " + to.kerasName() + " is not supported");
            return List.of(new TensorType(to, in.get(0).shape()));
        }

        @Override
        public List<Tensor> apply(List<Tensor> in) {
            Tensor x = in.get(0);
            long[] bits = switch (x.array()) {
                case float[] f -> {
                    long[] b = new long[f.length];
                    for (int i = 0; i < b.length; i++)
                        b[i] = x.dtype() == DType.FLOAT32
                                ? Float.floatToRawIntBits(f[i])
                                : x.dtype() == DType.FLOAT16
                                        ? Float.floatToFloat16(f[i])
                                        : Float.floatToRawIntBits(f[i]) >> 16;
                    yield b;
                }
                case double[] d ->
                    java.util.Arrays.stream(d)
                            .mapToLong(Double::doubleToRawLongBits)
                            .toArray();
                default -> x.toLongArray();
            };
            Object r = Tensor.newArray(to, bits.length);
            for (int i = 0; i < bits.length; i++) {
                switch (r) {
                    case float[] f ->
                        f[i] = to == DType.FLOAT32
                                ? Float.intBitsToFloat((int) bits[i])
                                : to == DType.FLOAT16
                                        ? Float.float16ToFloat((short) bits[i])
                                        : Float.intBitsToFloat((int) bits[i] << 16);
                    case double[] d -> d[i] = Double.longBitsToDouble(bits[i]);
                    case int[] n -> n[i] = to.wrap((int) bits[i]);
                    case long[] n -> n[i] = to.wrap(bits[i]);
                    default -> throw new IllegalStateException();
                }
            }
            return List.of(Tensor.wrap(to, x.shape(), r));
        }
    }

    private static void unary(OpTable t) {
        function(t, "Neg", UnaryFunction.NEGATE);
        function(t, "Abs", UnaryFunction.ABS);
        function(t, "Sign", UnaryFunction.SIGN);
        function(t, "Reciprocal", UnaryFunction.RECIPROCAL);
        function(t, "Inv", UnaryFunction.RECIPROCAL);
        function(t, "Square", UnaryFunction.SQUARE);
        function(t, "Sqrt", UnaryFunction.SQRT);
        function(t, "Rsqrt", UnaryFunction.RSQRT);
        function(t, "Exp", UnaryFunction.EXP);
        function(t, "Expm1", UnaryFunction.EXPM1);
        function(t, "Log", UnaryFunction.LOG);
        function(t, "Log1p", UnaryFunction.LOG1P);
        function(t, "Sin", UnaryFunction.SIN);
        function(t, "Cos", UnaryFunction.COS);
        function(t, "Tan", UnaryFunction.TAN);
        function(t, "Asin", UnaryFunction.ASIN);
        function(t, "Acos", UnaryFunction.ACOS);
        function(t, "Atan", UnaryFunction.ATAN);
        function(t, "Sinh", UnaryFunction.SINH);
        function(t, "Cosh", UnaryFunction.COSH);
        function(t, "Tanh", UnaryFunction.TANH);
        function(t, "Asinh", UnaryFunction.ASINH);
        function(t, "Acosh", UnaryFunction.ACOSH);
        function(t, "Atanh", UnaryFunction.ATANH);
        function(t, "Erf", UnaryFunction.ERF);
        function(t, "Erfinv", UnaryFunction.ERF_INVERSE);
        function(t, "Floor", UnaryFunction.FLOOR);
        function(t, "Ceil", UnaryFunction.CEIL);
        function(t, "Round", UnaryFunction.ROUND);
        function(t, "Rint", UnaryFunction.ROUND);
        function(t, "LogicalNot", UnaryFunction.NOT);
        function(t, "Invert", UnaryFunction.BITWISE_NOT);
        function(t, "IsNan", UnaryFunction.IS_NAN);
        function(t, "IsInf", UnaryFunction.IS_INFINITE);
        function(t, "IsFinite", UnaryFunction.IS_FINITE);
        t.unary("Erfc", x -> x.unary(UnaryFunction.ERF).subtractFrom(1));
        t.unary("ZerosLike", x -> Value.zeros(x.type()));
        t.unary("OnesLike", x -> Value.full(x.dtype(), x.shape(), 1));
    }

    private static void function(OpTable t, String name, UnaryFunction f) {
        t.unary(name, x -> x.unary(f));
    }

    private static void activations(OpTable t) {
        function(t, "Sigmoid", UnaryFunction.SIGMOID);
        function(t, "Softplus", UnaryFunction.SOFTPLUS);
        t.unary("Relu", x -> x.dtype().isFloating() ? x.relu() : x.maximum(0));
        t.unary("Relu6", x -> x.maximum(0).minimum(6));
        t.unary("Elu", x -> Activations.elu(x, 1));
        t.unary(
                "Selu",
                x -> Activations.elu(x, 1.6732632423543772848170429916717).multiply(1.0507009873554804934193349852946));
        t.unary("Softsign", x -> x.divide(x.abs().add(1)));
        t.one("LeakyRelu", c -> Activations.leakyRelu(c.value(0), c.number("alpha", 0.2f)));
        t.unary("Softmax", x -> Activations.softmax(x, -1));
        t.unary("LogSoftmax", x -> Activations.logSoftmax(x, -1));
    }

    private static void binary(OpTable t) {
        function(t, "Add", BinaryFunction.ADD);
        function(t, "AddV2", BinaryFunction.ADD);
        function(t, "Sub", BinaryFunction.SUBTRACT);
        function(t, "Mul", BinaryFunction.MULTIPLY);
        function(t, "RealDiv", BinaryFunction.DIVIDE);
        function(t, "FloorDiv", BinaryFunction.FLOOR_DIVIDE);
        function(t, "FloorMod", BinaryFunction.MODULO);
        function(t, "Pow", BinaryFunction.POWER);
        function(t, "Maximum", BinaryFunction.MAXIMUM);
        function(t, "Minimum", BinaryFunction.MINIMUM);
        function(t, "Atan2", BinaryFunction.ATAN2);
        function(t, "Equal", BinaryFunction.EQUAL);
        function(t, "NotEqual", BinaryFunction.NOT_EQUAL);
        function(t, "Less", BinaryFunction.LESS);
        function(t, "LessEqual", BinaryFunction.LESS_EQUAL);
        function(t, "Greater", BinaryFunction.GREATER);
        function(t, "GreaterEqual", BinaryFunction.GREATER_EQUAL);
        function(t, "LogicalAnd", BinaryFunction.AND);
        function(t, "LogicalOr", BinaryFunction.OR);
        function(t, "BitwiseAnd", BinaryFunction.BITWISE_AND);
        function(t, "BitwiseOr", BinaryFunction.BITWISE_OR);
        function(t, "BitwiseXor", BinaryFunction.BITWISE_XOR);
        function(t, "LeftShift", BinaryFunction.SHIFT_LEFT);
        function(t, "RightShift", BinaryFunction.SHIFT_RIGHT);
        t.binary("Div", ElementwiseOps::truncatedQuotient);
        t.binary("TruncateDiv", ElementwiseOps::truncatedQuotient);
        t.binary("TruncateMod", (a, b) -> a.subtract(truncatedQuotient(a, b).multiply(b)));
        t.binary("Mod", (a, b) -> a.subtract(truncatedQuotient(a, b).multiply(b)));
        t.binary("SquaredDifference", (a, b) -> a.subtract(b).square());
        t.binary("DivNoNan", (a, b) -> b.equal(0).select(0, a.divide(b.equal(0).select(1, b))));
        t.binary("MulNoNan", (a, b) -> b.equal(0).select(0, a.multiply(b)));
        t.binary("Xdivy", (a, b) -> a.equal(0).select(0, a.divide(b)));
        t.binary(
                "Xlogy",
                (a, b) ->
                        a.equal(0).select(0, a.multiply(a.equal(0).select(1, b).log())));
        t.binary(
                "Xlog1py",
                (a, b) ->
                        a.equal(0).select(0, a.multiply(a.equal(0).select(0, b).unary(UnaryFunction.LOG1P))));
    }

    private static void function(OpTable t, String name, BinaryFunction f) {
        t.binary(name, (a, b) -> a.binary(f, b));
    }

    /** Towards zero if whole. */
    static Value truncatedQuotient(Value a, Value b) {
        if (a.dtype().isFloating()) return a.divide(b);
        Value size = a.abs().binary(BinaryFunction.FLOOR_DIVIDE, b.abs());
        return a.less(0).notEqual(b.less(0)).select(size.negate(), size);
    }

    /** The older form: a vector of conditions chooses rows. */
    private static Value select(Value condition, Value a, Value b) {
        if (condition.rank() != 1 || a.rank() <= 1) return condition.select(a, b);
        int[] d = new int[a.rank()];
        java.util.Arrays.fill(d, 1);
        d[0] = condition.shape().dim(0);
        return condition.reshape(Shape.of(d)).select(a, b);
    }

    private static Value biasAdd(Value x, Value bias, String format) {
        if (!format.startsWith("NC")) return x.add(bias);
        int[] d = new int[x.rank()];
        java.util.Arrays.fill(d, 1);
        d[1] = bias.shape().dim(0);
        return x.add(bias.reshape(Shape.of(d)));
    }
}
