package io.argali.runtime.layer.operation;

import io.argali.runtime.layer.operation.OperationArguments.Operands;
import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.ReduceFunction;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.special.SpecialFunction;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The operations of keras/src/ops/numpy.py, with the element types that Keras gives them on TensorFlow. */
final class NumpyOperations {
    private NumpyOperations() {}

    static Table table() {
        Table t = new Table("numpy");
        arithmetic(t);
        comparisons(t);
        functions(t);
        reductions(t);
        movements(t);
        joins(t);
        products(t);
        sequences(t);
        return t;
    }

    private static void arithmetic(Table t) {
        t.binary("Add", BinaryFunction.ADD);
        t.binary("Subtract", BinaryFunction.SUBTRACT);
        t.binary("Multiply", BinaryFunction.MULTIPLY);
        t.floatingBinary("Divide", o -> o.a().divide(o.b()));
        t.alias("TrueDivide", "Divide");
        t.floatingBinary("DivideNoNan", o -> divideNoNan(o.a(), o.b()));
        t.binary("FloorDivide", BinaryFunction.FLOOR_DIVIDE);
        t.binary("Power", BinaryFunction.POWER);
        t.binary("Maximum", BinaryFunction.MAXIMUM);
        t.binary("Minimum", BinaryFunction.MINIMUM);
        t.binary("Fmax", o -> ignoringNaN(o, BinaryFunction.MAXIMUM));
        t.binary("Fmin", o -> ignoringNaN(o, BinaryFunction.MINIMUM));
        t.strongBinary("Mod", o -> intsForBools(o, BinaryFunction.MODULO));
        t.strongBinary("Fmod", NumpyOperations::fmod);
        for (String name : List.of("BitwiseAnd", "BitwiseOr", "BitwiseXor")) bitwise(t, name);
        t.value("BitwiseLeftShift", a -> shift(a, BinaryFunction.SHIFT_LEFT)).alias("LeftShift", "BitwiseLeftShift");
        t.value("BitwiseRightShift", a -> shift(a, BinaryFunction.SHIFT_RIGHT))
                .alias("RightShift", "BitwiseRightShift");
        t.unary("BitwiseInvert", Table::same, UnaryFunction.BITWISE_NOT).alias("BitwiseNot", "BitwiseInvert");
        t.value("Arctan2", a -> {
            Operands o = floating(a.strongPair(0, "x1", "x2"));
            return o.a().binary(BinaryFunction.ATAN2, o.b());
        });
        t.strongBinary("Hypot", o -> hypot(wide(o)));
        t.strongBinary("Heaviside", o -> heaviside(wide(o)));
        t.strongBinary("Logaddexp", o -> logAddExp(floating(o), 1));
        t.strongBinary("Logaddexp2", o -> logAddExp(floating(o), Math.log(2)));
        t.value("Ldexp", NumpyOperations::ldexp);
    }

    private static void bitwise(Table t, String name) {
        BinaryFunction f = switch (name) {
            case "BitwiseAnd" -> BinaryFunction.BITWISE_AND;
            case "BitwiseOr" -> BinaryFunction.BITWISE_OR;
            default -> BinaryFunction.BITWISE_XOR;
        };
        t.value(name, a -> {
            Operands o = a.strongPair(0, "x", "y");
            return o.a().binary(f, o.b());
        });
    }

    private static Value shift(OperationArguments a, BinaryFunction f) {
        Value x = a.value(0, "x");
        Object y = a.find(1, "y");
        if (y instanceof Number n) return x.binary(f, x.like(n.doubleValue()));
        Operands o = a.strongPair(0, "x", "y");
        return o.a().binary(f, o.b());
    }

    private static Operands floating(Operands o) {
        DType t = Promotion.floating(o.a().dtype());
        return new Operands(o.a().cast(t), o.b().cast(t));
    }

    private static Operands wide(Operands o) {
        DType t = Table.wideFloating(o.a().dtype());
        return new Operands(o.a().cast(t), o.b().cast(t));
    }

    private static Value intsForBools(Operands o, BinaryFunction f) {
        DType t = Table.boolToInt(o.a().dtype());
        return o.a().cast(t).binary(f, o.b().cast(t));
    }

    static Value divideNoNan(Value a, Value b) {
        return b.equal(0).select(0, a.divide(b.equal(0).select(1, b)));
    }

    private static Value ignoringNaN(Operands o, BinaryFunction f) {
        Value r = o.a().binary(f, o.b());
        if (!r.dtype().isFloating()) return r;
        return isNaN(o.a()).select(o.b(), isNaN(o.b()).select(o.a(), r));
    }

    static Value isNaN(Value x) {
        return x.unary(UnaryFunction.IS_NAN);
    }

    private static Value fmod(Operands o) {
        DType t = o.a().dtype();
        DType compute = t == DType.BOOL || t.isUnsigned() ? DType.INT32 : t;
        Value a = o.a().cast(compute), b = o.b().cast(compute);
        Value r = a.unary(UnaryFunction.SIGN).multiply(a.abs().binary(BinaryFunction.MODULO, b.abs()));
        return t == DType.BOOL ? r : r.cast(t);
    }

    private static Value hypot(Operands o) {
        Value a = o.a().abs(), b = o.b().abs();
        Value max = a.maximum(b);
        return max.multiply(divideNoNan(a.minimum(b), max).square().add(1).sqrt());
    }

    private static Value heaviside(Operands o) {
        return o.a().less(0).select(0, o.a().greater(0).select(1, o.b()));
    }

    private static Value logAddExp(Operands o, double logBase) {
        Value delta = o.a().subtract(o.b());
        Value tail = delta.abs()
                .negate()
                .multiply(logBase)
                .exp()
                .unary(UnaryFunction.LOG1P)
                .divide(logBase);
        return isNaN(delta).select(o.a().add(o.b()), o.a().maximum(o.b()).add(tail));
    }

    private static Value ldexp(OperationArguments a) {
        Value x = a.value(0, "x1"), e = a.value(1, "x2");
        DType t = Promotion.floating(x.dtype(), e.dtype());
        Value y = x.cast(t);
        Value stays = y.unary(UnaryFunction.IS_INFINITE).or(y.equal(0));
        return stays.select(y, y.multiply(y.like(2).binary(BinaryFunction.POWER, e.cast(t))));
    }

    private static void comparisons(Table t) {
        t.strongBinary("Equal", o -> o.a().equal(o.b()));
        t.strongBinary("NotEqual", o -> o.a().notEqual(o.b()));
        t.strongBinary("Less", o -> o.a().less(o.b()));
        t.strongBinary("LessEqual", o -> o.a().lessEqual(o.b()));
        t.strongBinary("Greater", o -> o.a().greater(o.b()));
        t.strongBinary("GreaterEqual", o -> o.a().greaterEqual(o.b()));
        t.value("LogicalAnd", a -> bool(a, 0, "x1").and(bool(a, 1, "x2")));
        t.value("LogicalOr", a -> bool(a, 0, "x1").or(bool(a, 1, "x2")));
        t.value("LogicalXor", a -> bool(a, 0, "x1").binary(BinaryFunction.XOR, bool(a, 1, "x2")));
        t.value("LogicalNot", a -> bool(a, 0, "x").not());
        t.value("Isclose", a -> isClose(a, number(a, 2, "rtol", 1e-5), number(a, 3, "atol", 1e-8)));
        t.value("AllClose", NumpyOperations::allClose);
        t.unary("Isnan", Table::same, x -> predicate(x, UnaryFunction.IS_NAN, false));
        t.unary("Isinf", Table::same, x -> predicate(x, UnaryFunction.IS_INFINITE, false));
        t.unary("Isfinite", Table::same, x -> predicate(x, UnaryFunction.IS_FINITE, true));
        t.unary(
                "Isneginf",
                Table::same,
                x -> predicate(x, UnaryFunction.IS_INFINITE, false).and(x.less(0)));
        t.unary(
                "Isposinf",
                Table::same,
                x -> predicate(x, UnaryFunction.IS_INFINITE, false).and(x.greater(0)));
        t.unary("Isreal", Table::same, x -> Value.full(DType.BOOL, x.shape(), 1));
        t.unary("Signbit", Table::same, NumpyOperations::signBit);
        t.value("IsIn", NumpyOperations::isIn);
        t.results("Where", a -> {
            if (a.find(1, "x1") == null) return Distinct.nonzero(a, a.value(0, "condition"));
            Operands o = a.pair(1, "x1", "x2");
            return List.of(bool(a, 0, "condition").select(o.a(), o.b()));
        });
        t.value("Select", NumpyOperations::choose);
    }

    private static Value bool(OperationArguments a, int position, String name) {
        return a.value(position, name).cast(DType.BOOL);
    }

    private static double number(OperationArguments a, int position, String name, double otherwise) {
        return a.find(position, name) instanceof Number n ? n.doubleValue() : otherwise;
    }

    private static Value predicate(Value x, UnaryFunction f, boolean ofIntegers) {
        return x.dtype().isFloating() ? x.unary(f) : Value.full(DType.BOOL, x.shape(), ofIntegers ? 1 : 0);
    }

    /** Whether the sign is minus, that of −0 too. */
    static Value signBit(Value x) {
        if (!x.dtype().isFloating()) return x.dtype() == DType.BOOL ? Value.full(DType.BOOL, x.shape(), 0) : x.less(0);
        return x.less(0).or(isNegativeZero(x));
    }

    private static Value isNegativeZero(Value x) {
        return x.equal(0).and(x.unary(UnaryFunction.RECIPROCAL).less(0));
    }

    private static Value isClose(OperationArguments a, double rtol, double atol) {
        Operands o = a.strongPair(0, "x1", "x2");
        if (!o.a().dtype().isFloating()) return o.a().equal(o.b());
        Value close =
                o.a().subtract(o.b()).abs().lessEqual(o.b().abs().multiply(rtol).add(atol));
        return a.flag("equal_nan", false) ? close.or(isNaN(o.a()).and(isNaN(o.b()))) : close;
    }

    private static Value allClose(OperationArguments a) {
        Operands o = a.strongPair(0, "x1", "x2");
        if (!o.a().dtype().isFloating()) return o.a().equal(o.b()).all(false);
        Value finite = o.a().unary(UnaryFunction.IS_FINITE).and(o.b().unary(UnaryFunction.IS_FINITE));
        Value close = finite.and(isClose(a, a.number("rtol", 1e-5), a.number("atol", 1e-8)))
                .or(o.a().equal(o.b()));
        return (a.flag("equal_nan", false) ? close.or(isNaN(o.a()).and(isNaN(o.b()))) : close).all(false);
    }

    private static Value isIn(OperationArguments a) {
        Operands o = a.strongPair(0, "x1", "x2");
        Value found = o.a().expandDims(-1).equal(o.b().reshape(-1)).any(false, -1);
        return a.flag("invert", false) ? found.not() : found;
    }

    private static Value choose(OperationArguments a) {
        List<Value> conditions = a.values(0, "condlist"), choices = a.values(1, "choicelist");
        Object otherwise = Objects.requireNonNullElse(a.find(2, "default"), 0);
        List<Object> operands = new ArrayList<>(choices);
        operands.add(otherwise);
        DType type = Promotion.ofOperands(false, operands);
        Value r = OperationArguments.toValue(otherwise, type);
        for (int i = conditions.size() - 1; i >= 0; i--)
            r = conditions.get(i).cast(DType.BOOL).select(choices.get(i).cast(type), r);
        return r;
    }

    private static void functions(Table t) {
        t.unary("Absolute", Table::same, x -> x.dtype().isUnsigned() || x.dtype() == DType.BOOL ? x : x.abs())
                .alias("Abs", "Absolute");
        t.unary("Fabs", Table::floating, UnaryFunction.ABS);
        t.unary("Negative", Table::same, UnaryFunction.NEGATE);
        t.unary("Sign", Table::same, UnaryFunction.SIGN);
        t.unary("Square", Table::boolToInt, UnaryFunction.SQUARE);
        t.unary("Sqrt", Table::floating, UnaryFunction.SQRT);
        t.unary(
                "Cbrt",
                Table::wideFloating,
                x -> x.unary(UnaryFunction.SIGN).multiply(x.abs().power(1.0 / 3)));
        t.unary("Reciprocal", Table::same, UnaryFunction.RECIPROCAL);
        t.unary("Exp", Table::floating, UnaryFunction.EXP);
        t.unary("Exp2", Table::floating, x -> x.like(2).binary(BinaryFunction.POWER, x));
        t.unary("Expm1", Table::floating, UnaryFunction.EXPM1);
        t.unary("Log", Table::floating, UnaryFunction.LOG);
        t.unary("Log1p", Table::floating, UnaryFunction.LOG1P);
        t.unary("Log2", Table::floating, x -> x.log().divide(Math.log(2)));
        t.unary("Log10", Table::floating, x -> x.log().divide(Math.log(10)));
        t.unary("Sin", Table::floating, UnaryFunction.SIN);
        t.unary("Cos", Table::floating, UnaryFunction.COS);
        t.unary("Tan", Table::floating, UnaryFunction.TAN);
        t.unary("Arcsin", Table::floating, UnaryFunction.ASIN);
        t.unary("Arccos", Table::floating, UnaryFunction.ACOS);
        t.unary("Arctan", Table::floating, UnaryFunction.ATAN);
        t.unary("Sinh", Table::floating, UnaryFunction.SINH);
        t.unary("Cosh", Table::floating, UnaryFunction.COSH);
        t.unary("Tanh", Table::floating, UnaryFunction.TANH);
        t.unary("Arcsinh", Table::floating, UnaryFunction.ASINH);
        t.unary("Arccosh", Table::floating, UnaryFunction.ACOSH);
        t.unary("Arctanh", Table::floating, UnaryFunction.ATANH);
        t.unary("Sinc", Table::floating, NumpyOperations::sinc);
        t.unary("I0", Table::wideFloating, SpecialFunction.BESSEL_I0::of);
        t.unary("Floor", Table::floating, UnaryFunction.FLOOR);
        t.unary("Ceil", Table::floating, UnaryFunction.CEIL);
        t.unary("Trunc", Table::same, x -> x.dtype().isFloating() ? x.unary(UnaryFunction.TRUNCATE) : x);
        t.value("Round", NumpyOperations::round);
        t.unary("Deg2rad", Table::wideFloating, x -> x.multiply(Math.PI / 180));
        t.unary("Rad2deg", Table::wideFloating, x -> x.multiply(180 / Math.PI));
        t.value("Angle", a -> {
            Value x = a.value(0, "x").cast(Promotion.floating(a.value(0, "x").dtype()));
            return x.less(0).select(Math.PI, isNaN(x).select(x, x.like(0)));
        });
        for (String name : List.of("Conjugate", "Conj", "Real", "Copy")) t.unary(name, Table::same, x -> x);
        t.unary("Imag", Table::same, x -> Value.zeros(x.type()));
        t.value("NanToNum", NumpyOperations::nanToNum);
        t.value("Clip", a -> {
            Value x = a.value(0, "x");
            Value y = x.cast(Table.boolToInt(x.dtype()));
            Object low = a.option("x_min"), high = a.option("x_max");
            Value r = high == null ? y : y.minimum(OperationArguments.toValue(high, y.dtype()));
            return low == null ? r : r.maximum(OperationArguments.toValue(low, y.dtype()));
        });
        t.value("Nextafter", a -> {
            Value x = a.value(0, "x1"), y = a.value(1, "x2");
            DType type = Promotion.floating(x.dtype(), y.dtype());
            return SpecialFunction.NEXT_AFTER
                    .of(x.cast(DType.FLOAT64), y.cast(DType.FLOAT64))
                    .cast(type);
        });
        t.strongBinary("Gcd", o -> Gcd.of(o.a(), o.b()));
        t.strongBinary("Lcm", o -> {
            Value a = o.a().abs(), b = o.b().abs(), d = Gcd.of(a, b);
            return d.equal(0)
                    .select(
                            0,
                            a.multiply(b.binary(
                                    BinaryFunction.FLOOR_DIVIDE, d.equal(0).select(1, d))));
        });
        t.value("ZerosLike", a -> like(a, 0));
        t.value("EmptyLike", a -> like(a, 0));
        t.value("OnesLike", a -> like(a, 1));
        t.value("FullLike", a -> {
            Value x = a.value(0, "x");
            Object fill = Objects.requireNonNull(a.find(1, "fill_value"));
            return OperationArguments.toValue(fill, a.dtype(x.dtype())).broadcastTo(x.shape());
        });
        t.value("Full", a -> {
            Object fill = Objects.requireNonNull(a.find(0, "fill_value"));
            return OperationArguments.toValue(fill, a.dtype(DType.FLOAT32))
                    .broadcastTo(Shape.of(Objects.requireNonNull(a.integers("shape"))));
        });
        t.value("Array", a -> a.value(0, "x").cast(a.dtype(a.value(0, "x").dtype())));
        t.value("Ndim", a -> Value.scalar(DType.INT32, a.value(0, "x").rank()));
        t.value("Size", a -> Value.scalar(DType.INT32, a.value(0, "x").shape().size()));
    }

    private static Value sinc(Value x) {
        Value y = x.multiply(Math.PI);
        return x.equal(0).select(1, y.unary(UnaryFunction.SIN).divide(y));
    }

    private static Value round(OperationArguments a) {
        Value x = a.value(0, "x");
        int decimals = a.integer("decimals", 0);
        if (decimals == 0) return x.dtype().isFloating() ? x.unary(UnaryFunction.ROUND) : x;
        if (!x.dtype().isFloating() && decimals > 0) return x;
        Value y = x.cast(Promotion.floating(x.dtype()));
        double factor = Math.pow(10, decimals);
        return y.multiply(factor).unary(UnaryFunction.ROUND).divide(factor).cast(x.dtype());
    }

    private static Value nanToNum(OperationArguments a) {
        return nanToNum(
                a.value(0, "x"), a.number("nan", 0), a.number("posinf", Double.NaN), a.number("neginf", Double.NaN));
    }

    /** Not-a-number for the infinities means the greatest and least numbers of the type. */
    private static Value nanToNum(Value x, double nan, double posinf, double neginf) {
        if (!x.dtype().isFloating()) return x;
        double greatest = greatest(x.dtype());
        Value infinite = x.unary(UnaryFunction.IS_INFINITE);
        double above = Double.isNaN(posinf) ? greatest : posinf, below = Double.isNaN(neginf) ? -greatest : neginf;
        Value finite = infinite.select(x.greater(0).select(x.like(above), below), x);
        return isNaN(x).select(nan, finite);
    }

    static double greatest(DType t) {
        return switch (t) {
            case FLOAT16 -> 65504;
            case BFLOAT16 -> 0x1.fep127;
            case FLOAT64 -> Double.MAX_VALUE;
            default -> Float.MAX_VALUE;
        };
    }

    private static Value like(OperationArguments a, double value) {
        Value x = a.value(0, "x");
        return Value.full(a.dtype(x.dtype()), x.shape(), value);
    }

    private static void reductions(Table t) {
        t.value("Sum", a -> sum(a, wide(a)));
        t.value("Prod", a -> {
            Value x = a.value(0, "x");
            // Keras leaves the type alone where one is asked for.
            Value y = a.text("dtype") == null ? x.cast(Table.wideInteger(x.dtype())) : x;
            return y.reduce(ReduceFunction.PRODUCT, a.keepDims(), a.axes(y.rank()));
        });
        t.value("Max", a -> extreme(a, true)).alias("Amax", "Max");
        t.value("Min", a -> extreme(a, false)).alias("Amin", "Min");
        t.value("Ptp", a -> {
            Value x = a.value(0, "x");
            int[] axes = a.axes(x.rank());
            return reduce(x, ReduceFunction.MAX, a.keepDims(), axes)
                    .subtract(reduce(x, ReduceFunction.MIN, a.keepDims(), axes));
        });
        t.value(
                "Mean",
                a -> mean(a.value(0, "x"), a.keepDims(), a.axes(a.value(0, "x").rank())));
        t.value("Var", a -> {
            Value x = a.value(0, "x");
            return variance(x, a.keepDims(), a.axes(x.rank())).cast(Promotion.floating(x.dtype()));
        });
        t.value("Std", a -> {
            Value x = a.value(0, "x");
            return x.cast(Promotion.floating(x.dtype()))
                    .variance(a.keepDims(), a.axes(x.rank()))
                    .sqrt();
        });
        t.value(
                "Any",
                a -> reduce(
                        bool(a, 0, "x"),
                        ReduceFunction.ANY,
                        a.keepDims(),
                        a.axes(a.value(0, "x").rank())));
        t.value(
                "All",
                a -> reduce(
                        bool(a, 0, "x"),
                        ReduceFunction.ALL,
                        a.keepDims(),
                        a.axes(a.value(0, "x").rank())));
        t.value(
                "CountNonzero",
                a -> reduce(
                        bool(a, 0, "x").cast(DType.INT32),
                        ReduceFunction.SUM,
                        false,
                        a.axes(a.value(0, "x").rank())));
        t.value("Average", NumpyOperations::average);
        t.value("Argmax", a -> argument(a, a.value(0, "x"), true));
        t.value("Argmin", a -> argument(a, a.value(0, "x"), false));
        t.value(
                "Median",
                a -> Quantiles.quantile(
                        a.value(0, "x"), Value.scalar(DType.FLOAT32, 0.5), a.integers("axis"), "linear", a.keepDims()));
        t.value(
                "Quantile",
                a -> Quantiles.quantile(
                        a.value(0, "x"),
                        a.value(1, "q"),
                        a.integers("axis"),
                        "linear",
                        a.keepDims())); // in a graph, Keras forgets the method
        t.value(
                "Percentile",
                a -> Quantiles.quantile(
                        a.value(0, "x"),
                        a.value(1, "q").cast(DType.FLOAT32).divide(100),
                        a.integers("axis"),
                        a.text("method", "linear"),
                        a.keepDims()));
        nanReductions(t);
        t.value("Cumsum", a -> cumulative(a, a.value(0, "x"), ReduceFunction.SUM));
        t.value("Cumprod", a -> cumulative(a, a.value(0, "x"), ReduceFunction.PRODUCT));
        t.value(
                "Nancumsum",
                a -> cumulative(a, nanToNum(a.value(0, "x"), 0, Double.NaN, Double.NaN), ReduceFunction.SUM));
        t.value(
                "Nancumprod",
                a -> cumulative(a, nanToNum(a.value(0, "x"), 1, Double.NaN, Double.NaN), ReduceFunction.PRODUCT));
        t.value("Trapezoid", NumpyOperations::trapezoid);
        t.value("Corrcoef", NumpyOperations::correlationCoefficients);
    }

    private static Value wide(OperationArguments a) {
        Value x = a.value(0, "x");
        return x.cast(Table.wideInteger(x.dtype()));
    }

    private static Value sum(OperationArguments a, Value x) {
        return reduce(x, ReduceFunction.SUM, a.keepDims(), a.axes(x.rank()));
    }

    /** As {@link Value#reduce}, where no axes mean none. */
    static Value reduce(Value x, ReduceFunction f, boolean keepDims, int... axes) {
        return axes.length == 0 ? x : x.reduce(f, keepDims, axes);
    }

    private static Value extreme(OperationArguments a, boolean max) {
        Value x = a.value(0, "x");
        boolean bool = x.dtype() == DType.BOOL;
        ReduceFunction f =
                bool ? (max ? ReduceFunction.ANY : ReduceFunction.ALL) : max ? ReduceFunction.MAX : ReduceFunction.MIN;
        Value r = reduce(x, f, a.keepDims(), a.axes(x.rank()));
        Object initial = a.option("initial");
        if (initial == null) return r;
        Value other = OperationArguments.toValue(initial, r.dtype());
        if (bool) return max ? r.or(other) : r.and(other);
        return max ? r.maximum(other) : r.minimum(other);
    }

    /** The mean, of half precisions computed in float32. */
    static Value mean(Value x, boolean keepDims, int... axes) {
        DType result = Promotion.floating(x.dtype());
        if (axes.length == 0) return x.cast(result);
        return x.cast(Promotion.of(result, DType.FLOAT32)).mean(keepDims, axes).cast(result);
    }

    private static Value variance(Value x, boolean keepDims, int... axes) {
        Value y = x.cast(Promotion.of(x.dtype(), DType.FLOAT32));
        return axes.length == 0 ? y.multiply(0) : y.variance(keepDims, axes);
    }

    private static Value average(OperationArguments a) {
        Value x = a.value(0, "x");
        Value weights = a.optionalValue(1, "weights");
        int[] axes = a.axes(x.rank());
        if (weights == null) return mean(x.cast(Promotion.floating(x.dtype())), false, axes);
        DType t = Promotion.floating(x.dtype(), weights.dtype());
        Value y = x.cast(t), w = weights.cast(t);
        if (w.rank() != x.rank() && axes.length == 1) {
            int axis = x.shape().axis(axes[0]);
            Shape along = Shape.of(IntStream.range(0, x.rank())
                    .map(i -> i == axis ? w.shape().size() : 1)
                    .toArray());
            return y.multiply(w.reshape(along)).sum(false, axis).divide(w.sum(false));
        }
        return y.multiply(w).sum(false, axes).divide(w.sum(false, axes));
    }

    private static Value argument(OperationArguments a, Value x, boolean max) {
        Value y = x;
        if (x.dtype().isFloating()) {
            // Keras takes −0 for less than 0, and on TensorFlow passes over what is not a number.
            y = x.cast(Promotion.of(x.dtype(), DType.FLOAT32));
            double tiny = y.dtype() == DType.FLOAT64 ? Double.MIN_NORMAL : Float.MIN_NORMAL;
            y = isNegativeZero(y).select(-tiny, y);
            y = isNaN(y).select(max ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY, y);
        } else if (x.dtype() == DType.BOOL) {
            y = x.cast(DType.INT32);
        }
        Integer axis = a.integer("axis");
        if (axis == null) {
            Value flat = y.reshape(-1);
            Value r = max ? flat.argMax(0) : flat.argMin(0);
            return a.keepDims() ? r.reshape(Shape.of(Collections.nCopies(x.rank(), 1))) : r;
        }
        Value r = max ? y.argMax(axis) : y.argMin(axis);
        return a.keepDims() ? r.expandDims(x.shape().axis(axis)) : r;
    }

    private static void nanReductions(Table t) {
        t.value(
                "Nansum",
                a -> sum(
                        a,
                        withoutNaN(a.value(0, "x"), 0)
                                .cast(Table.wideInteger(a.value(0, "x").dtype()))));
        t.value("Nanprod", a -> {
            Value x = withoutNaN(a.value(0, "x"), 1);
            return reduce(x.cast(Table.wideInteger(x.dtype())), ReduceFunction.PRODUCT, a.keepDims(), a.axes(x.rank()));
        });
        t.value("Nanmax", a -> nanExtreme(a, true));
        t.value("Nanmin", a -> nanExtreme(a, false));
        t.value(
                "Nanmean",
                a -> nanMean(
                        a.value(0, "x"), a.keepDims(), a.axes(a.value(0, "x").rank())));
        t.value("Nanvar", NumpyOperations::nanVariance);
        t.value("Nanstd", a -> nanVariance(a).sqrt());
        t.value("Nanargmax", a -> nanArgument(a, true));
        t.value("Nanargmin", a -> nanArgument(a, false));
        t.value(
                "Nanmedian",
                a -> Quantiles.nanQuantile(
                        a.value(0, "x"), Value.scalar(DType.FLOAT32, 0.5), a.integers("axis"), "linear", a.keepDims()));
        t.value(
                "Nanquantile",
                a -> Quantiles.nanQuantile(
                        a.value(0, "x"),
                        a.value(1, "q"),
                        a.integers("axis"),
                        a.text("method", "linear"),
                        a.keepDims()));
        t.value(
                "Nanpercentile",
                a -> Quantiles.nanQuantile(
                        a.value(0, "x"),
                        a.value(1, "q").cast(DType.FLOAT32).divide(100),
                        a.integers("axis"),
                        a.text("method", "linear"),
                        a.keepDims()));
    }

    private static Value withoutNaN(Value x, double replacement) {
        return x.dtype().isFloating() ? isNaN(x).select(replacement, x) : x;
    }

    private static Value nanExtreme(OperationArguments a, boolean max) {
        Value x = a.value(0, "x");
        if (!x.dtype().isFloating()) return extreme(a, max);
        int[] axes = a.axes(x.rank());
        double lowest = max ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        Value r = reduce(withoutNaN(x, lowest), max ? ReduceFunction.MAX : ReduceFunction.MIN, a.keepDims(), axes);
        return reduce(isNaN(x), ReduceFunction.ALL, a.keepDims(), axes).select(Double.NaN, r);
    }

    private static Value nanMean(Value x, boolean keepDims, int... axes) {
        if (!x.dtype().isFloating()) return x.cast(DType.FLOAT32).mean(keepDims, axes);
        Value count = isNaN(x).not().cast(x.dtype()).sum(keepDims, axes);
        return withoutNaN(x, 0).sum(keepDims, axes).divide(count);
    }

    private static Value nanVariance(OperationArguments a) {
        Value x = a.value(0, "x").cast(Promotion.floating(a.value(0, "x").dtype()));
        int[] axes = a.axes(x.rank());
        Value valid = isNaN(x).not();
        Value centered = valid.select(x.subtract(nanMean(x, true, axes)), 0);
        return centered.square()
                .sum(a.keepDims(), axes)
                .divide(valid.cast(x.dtype()).sum(a.keepDims(), axes));
    }

    private static Value nanArgument(OperationArguments a, boolean max) {
        Value x = a.value(0, "x");
        if (!x.dtype().isFloating()) return argument(a, x, max);
        Value r = argument(a, withoutNaN(x, max ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY), max);
        return reduce(isNaN(x), ReduceFunction.ALL, a.keepDims(), a.axes(x.rank()))
                .select(-1, r);
    }

    private static Value cumulative(OperationArguments a, Value x, ReduceFunction f) {
        Value y = x.cast(Table.boolToInt(a.dtype(x.dtype())));
        Integer axis = a.integer("axis");
        return axis == null ? y.reshape(-1).cumulative(f, 0, false, false) : y.cumulative(f, axis, false, false);
    }

    private static Value trapezoid(OperationArguments a) {
        Value given = a.value(0, "y");
        Value y = given.cast(Promotion.floating(given.dtype()));
        int axis = y.shape().axis(a.integer("axis", -1));
        int n = y.shape().dim(axis);
        Value heights =
                y.slice(axis, 1, n).add(y.slice(axis, 0, n - 1)).multiply(0.5).moveAxis(axis, -1);
        Object xs = a.option("x");
        if (xs == null) return heights.multiply(a.number("dx", 1)).sum(false, -1);
        Value x = OperationArguments.toValue(xs, y.dtype());
        int xAxis = x.shape().axis(x.rank() == 1 ? 0 : axis);
        int m = x.shape().dim(xAxis);
        return heights.multiply(
                        x.slice(xAxis, 1, m).subtract(x.slice(xAxis, 0, m - 1)).moveAxis(xAxis, -1))
                .sum(false, -1);
    }

    private static Value correlationCoefficients(OperationArguments a) {
        Value given = a.value(0, "x");
        Value x = given.cast(Promotion.floating(given.dtype()));
        Value centered = x.subtract(x.mean(true, -1));
        Value covariance =
                centered.matMul(centered, false, true).divide(x.shape().last() - 1);
        Value deviation = diagonal(covariance, 0, -2, -1).sqrt();
        return covariance
                .divide(deviation.expandDims(-1))
                .divide(deviation.expandDims(-2))
                .maximum(-1)
                .minimum(1);
    }

    private static void movements(Table t) {
        t.value("GetItem", a -> Indexing.item(a.value(0, "x"), a.find(1, "key")));
        t.value("Reshape", a -> a.value(0, "x").reshape(reshaped(a)));
        t.value("Ravel", a -> a.value(0, "x").reshape(-1));
        t.value("Transpose", a -> {
            Value x = a.value(0, "x");
            int[] axes = a.integers("axes");
            return axes == null
                    ? x.transpose(IntStream.range(0, x.rank())
                            .map(i -> x.rank() - 1 - i)
                            .toArray())
                    : x.transpose(Arrays.stream(axes).map(x.shape()::axis).toArray());
        });
        t.value("Swapaxes", a -> {
            Value x = a.value(0, "x");
            int[] p = IntStream.range(0, x.rank()).toArray();
            int i = x.shape().axis(a.integer("axis1", 0)), j = x.shape().axis(a.integer("axis2", 1));
            p[i] = j;
            p[j] = i;
            return x.transpose(p);
        });
        t.value(
                "Moveaxis",
                a -> moveAxes(
                        a.value(0, "x"),
                        Objects.requireNonNull(a.integers("source")),
                        Objects.requireNonNull(a.integers("destination"))));
        t.value("ExpandDims", a -> {
            Value x = a.value(0, "x");
            int[] axes = Objects.requireNonNull(a.integers("axis"));
            int rank = x.rank() + axes.length;
            for (int axis :
                    Arrays.stream(axes).map(i -> i < 0 ? i + rank : i).sorted().toArray()) x = x.expandDims(axis);
            return x;
        });
        t.value("Squeeze", a -> {
            Value x = a.value(0, "x");
            Shape s = x.shape();
            int[] axes = a.integers("axis");
            int[] gone = axes == null
                    ? IntStream.range(0, s.rank()).filter(i -> s.dim(i) == 1).toArray()
                    : Arrays.stream(axes).map(s::axis).sorted().toArray();
            for (int i = gone.length - 1; i >= 0; i--) {
                if (s.dim(gone[i]) != 1) throw new ShapeException("cannot squeeze axis " + gone[i] + " of " + s);
                x = x.squeeze(gone[i]);
            }
            return x;
        });
        t.value("BroadcastTo", a -> a.value(0, "x").broadcastTo(Shape.of(Objects.requireNonNull(a.integers("shape")))));
        t.value("Flip", a -> a.value(0, "x").reverse(a.axes(a.value(0, "x").rank())));
        t.value("Fliplr", a -> a.value(0, "x").reverse(1));
        t.value("Flipud", a -> a.value(0, "x").reverse(0));
        t.value("Rot90", NumpyOperations::rotate);
        t.value("Roll", NumpyOperations::roll);
        t.value("Tile", a -> tile(a.value(0, "x"), Objects.requireNonNull(a.integers("repeats"))));
        t.value("Repeat", NumpyOperations::repeat);
        t.value("Pad", Borders::pad);
        t.value("Take", a -> Indexing.take(a.value(0, "x"), a.value(1, "indices"), a.integer("axis")));
        t.value("TakeAlongAxis", a -> Indexing.takeAlong(a.value(0, "x"), a.value(1, "indices"), a.integer("axis")));
        t.value("Tril", a -> triangle(a.value(0, "x"), a.integer("k", 0), true));
        t.value("Triu", a -> triangle(a.value(0, "x"), a.integer("k", 0), false));
        t.value(
                "Diagonal",
                a -> diagonal(a.value(0, "x"), a.integer("offset", 0), a.integer("axis1", 0), a.integer("axis2", 1)));
        t.value(
                "Trace",
                a -> diagonal(wide(a), a.integer("offset", 0), a.integer("axis1", 0), a.integer("axis2", 1))
                        .sum(false, -1));
        t.value("Diag", a -> {
            Value x = a.value(0, "x");
            return x.rank() == 1 ? diagonalMatrix(x, a.integer("k", 0)) : diagonal(x, a.integer("k", 0), 0, 1);
        });
        t.value("Diagflat", a -> diagonalMatrix(a.value(0, "x").reshape(-1), a.integer("k", 0)));
        t.value("Diff", NumpyOperations::differences);
        t.value("Sort", a -> sort(a.value(0, "x"), a.option("axis")));
        t.value("Argsort", a -> {
            Value x = a.value(0, "x");
            if (x.rank() == 0) return Value.zeros(io.argali.runtime.tensor.TensorType.of(DType.INT32, 1));
            Integer axis = a.integer("axis");
            return axis == null ? x.reshape(-1).argSort(0, false) : x.argSort(axis, false);
        });
        t.results("UnravelIndex", a -> {
            Value rest = a.value(0, "indices");
            int[] dims = Objects.requireNonNull(a.integers("shape"));
            List<Value> r = new ArrayList<>();
            for (int i = dims.length - 1; i >= 0; i--) {
                r.addFirst(rest.binary(BinaryFunction.MODULO, dims[i]));
                rest = rest.binary(BinaryFunction.FLOOR_DIVIDE, dims[i]);
            }
            return r;
        });
    }

    private static int[] reshaped(OperationArguments a) {
        Object shape = Objects.requireNonNull(a.option("newshape"));
        List<?> dims = shape instanceof List<?> l ? l : List.of(shape);
        return dims.stream()
                .mapToInt(d -> d == null ? -1 : ((Number) d).intValue())
                .toArray();
    }

    static Value moveAxes(Value x, int[] from, int[] to) {
        int[] source = Arrays.stream(from).map(x.shape()::axis).toArray(),
                target = Arrays.stream(to).map(x.shape()::axis).toArray();
        List<Integer> p = new ArrayList<>(IntStream.range(0, x.rank())
                .filter(i -> Arrays.stream(source).noneMatch(s -> s == i))
                .boxed()
                .toList());
        Integer[] order = IntStream.range(0, target.length)
                .boxed()
                .sorted((i, j) -> Integer.compare(target[i], target[j]))
                .toArray(Integer[]::new);
        for (int i : order) p.add(target[i], source[i]);
        return x.transpose(p);
    }

    private static Value rotate(OperationArguments a) {
        Value x = a.value(0, "array");
        int[] given = a.integers("axes");
        int[] axes = given == null ? new int[] {0, 1} : given;
        int i = x.shape().axis(axes[0]), j = x.shape().axis(axes[1]);
        Value y = x;
        int[] p = IntStream.range(0, x.rank()).toArray();
        p[i] = j;
        p[j] = i;
        int k = Math.floorMod(a.integer("k", 1), 4);
        if (k == 2) return halfTurn(x, i, j);
        for (; k > 0; k--) y = y.reverse(j).transpose(p);
        return y;
    }

    /** What Keras makes of two quarter turns: between them, it takes the lengths of the axes for one another. */
    private static Value halfTurn(Value x, int i, int j) {
        int[] axes = {i, j}, last = {-2, -1};
        Value y = moveAxes(x, axes, last);
        Shape s = y.shape();
        int[] swap = IntStream.range(0, s.rank())
                .map(a -> a < s.rank() - 2 ? a : 2 * s.rank() - 3 - a)
                .toArray();
        Value once = y.reverse(-1).transpose(swap).reshape(s);
        return moveAxes(once.reverse(-1).transpose(swap).reshape(s), last, axes);
    }

    private static Value roll(OperationArguments a) {
        Value x = a.value(0, "x");
        int[] shifts = Objects.requireNonNull(a.integers("shift")), axes = a.integers("axis");
        if (axes == null) return roll(x.reshape(-1), shifts[0], 0).reshape(x.shape());
        Value y = x;
        for (int i = 0; i < axes.length; i++) y = roll(y, shifts[Math.min(i, shifts.length - 1)], axes[i]);
        return y;
    }

    private static Value roll(Value x, int shift, int axis) {
        int n = x.shape().dim(axis);
        if (n == 0) return x;
        int k = Math.floorMod(shift, n);
        return k == 0 ? x : Value.concat(axis, List.of(x.slice(axis, n - k, n), x.slice(axis, 0, n - k)));
    }

    static Value tile(Value x, int[] repeats) {
        Value y = x;
        while (y.rank() < repeats.length) y = y.expandDims(0);
        int missing = y.rank() - repeats.length;
        for (int i = 0; i < repeats.length; i++) {
            if (repeats[i] != 1) y = Value.concat(missing + i, Collections.nCopies(repeats[i], y));
        }
        return y;
    }

    private static Value repeat(OperationArguments a) {
        Value given = a.value(0, "x");
        Integer axis = a.integer("axis");
        Value x = axis == null ? given.reshape(-1) : given;
        int[] repeats = Objects.requireNonNull(a.integers("repeats"));
        int at = axis == null ? 0 : axis;
        if (repeats.length == 1) return x.repeat(at, repeats[0]);
        int[] order = IntStream.range(0, repeats.length)
                .flatMap(i -> IntStream.generate(() -> i).limit(repeats[i]))
                .toArray();
        return x.gather(Value.constant(io.argali.runtime.tensor.Tensor.of(order)), at);
    }

    /** The part below (or above) a diagonal; zero elsewhere. */
    static Value triangle(Value x, int k, boolean lower) {
        Shape matrix = x.shape().slice(x.rank() - 2, x.rank());
        Value row = Value.iota(DType.INT32, matrix, 0),
                column = Value.iota(DType.INT32, matrix, 1).subtract(k);
        Value inside = lower ? row.greaterEqual(column) : row.lessEqual(column);
        return inside.select(x, 0);
    }

    /** A diagonal, along a new last axis. */
    static Value diagonal(Value x, int offset, int axis1, int axis2) {
        Value y = moveAxes(x, new int[] {axis1, axis2}, new int[] {-2, -1});
        int rows = y.shape().dim(-2), columns = y.shape().last();
        int row = Math.max(0, -offset), column = Math.max(0, offset);
        int n = Math.max(0, Math.min(rows - row, columns - column));
        Value flat = y.reshape(y.shape().slice(0, y.rank() - 2).append(rows * columns));
        int[] places =
                IntStream.range(0, n).map(i -> (row + i) * columns + column + i).toArray();
        return flat.gather(Value.constant(io.argali.runtime.tensor.Tensor.of(places)), -1);
    }

    static Value diagonalMatrix(Value x, int k) {
        int n = x.shape().last() + Math.abs(k);
        Shape matrix = Shape.of(n, n);
        Value row = Value.iota(DType.INT32, matrix, 0).add(k), column = Value.iota(DType.INT32, matrix, 1);
        Value spread = x.pad(-1, Math.max(0, k), Math.max(0, -k));
        return row.equal(column).select(spread.expandDims(0), 0);
    }

    private static Value differences(OperationArguments a) {
        Value x = a.value(0, "a");
        int axis = x.shape().axis(a.integer("axis", -1));
        for (int i = a.integer("n", 1); i > 0; i--) {
            int n = x.shape().dim(axis);
            Value later = x.slice(axis, 1, n), earlier = x.slice(axis, 0, n - 1);
            x = x.dtype() == DType.BOOL ? later.notEqual(earlier) : later.subtract(earlier);
        }
        return x;
    }

    private static Value sort(Value x, @Nullable Object axis) {
        Value y = axis == null ? x.reshape(-1) : x;
        int a = axis == null ? 0 : y.shape().axis(((Number) axis).intValue());
        return io.argali.runtime.layer.Activations.takeAlong(y, y.argSort(a, false), a);
    }

    private static void joins(Table t) {
        t.value("Concatenate", a -> Value.concat(a.integer("axis", 0), common(a.values(0, "xs"))));
        t.value("Stack", a -> Value.stack(a.integer("axis", 0), common(a.values(0, "x"))));
        t.value("Append", a -> {
            Operands o = a.strongPair(0, "x1", "x2");
            Integer axis = a.integer("axis");
            return axis == null
                    ? Value.concat(0, List.of(o.a().reshape(-1), o.b().reshape(-1)))
                    : Value.concat(axis, List.of(o.a(), o.b()));
        });
        t.value("Hstack", a -> {
            List<Value> xs = common(a.values(0, "xs"));
            return Value.concat(xs.get(0).rank() == 1 ? 0 : 1, xs);
        });
        t.value("Vstack", a -> Value.concat(0, common(a.values(0, "xs"))));
        t.value(
                "Dstack",
                a -> Value.concat(
                        2,
                        common(a.values(0, "xs")).stream()
                                .map(NumpyOperations::withDepth)
                                .toList()));
        t.results("Split", a -> Indexing.split(a.value(0, "x"), a.option("indices_or_sections"), a.integer("axis", 0)));
        t.results("Hsplit", a -> {
            Value x = a.value(0, "x");
            return Indexing.split(x, a.option("indices_or_sections"), x.rank() == 1 ? 0 : 1);
        });
        t.results("Vsplit", a -> Indexing.split(a.value(0, "x"), a.option("indices_or_sections"), 0));
        t.results("Dsplit", a -> Indexing.split(a.value(0, "x"), a.option("indices_or_sections"), 2));
        t.results("ArraySplit", a -> {
            Value x = a.value(0, "x");
            int parts = a.integer("indices_or_sections", 1),
                    axis = a.integer("axis", 0),
                    n = x.shape().dim(axis);
            List<Integer> cuts = new ArrayList<>();
            for (int i = 1, at = 0; i < parts; i++) {
                at += n / parts + (i <= n % parts ? 1 : 0);
                cuts.add(at);
            }
            return Indexing.split(x, cuts, axis);
        });
        t.results("Meshgrid", NumpyOperations::grid);
    }

    private static List<Value> common(List<Value> values) {
        DType t = Promotion.of(values.stream().map(Value::dtype).toArray(DType[]::new));
        return values.stream().map(v -> v.cast(t)).toList();
    }

    private static Value withDepth(Value x) {
        return switch (x.rank()) {
            case 0 -> x.reshape(1, 1, 1);
            case 1 -> x.expandDims(0).expandDims(2);
            case 2 -> x.expandDims(2);
            default -> x;
        };
    }

    private static List<Value> grid(OperationArguments a) {
        List<Value> xs = a.positional();
        int n = xs.size();
        boolean swap = a.text("indexing", "xy").equals("xy") && n > 1;
        int[] order =
                IntStream.range(0, n).map(i -> swap && i < 2 ? 1 - i : i).toArray(); // the axis along which each varies
        int[] lengths = new int[n];
        for (int i = 0; i < n; i++) lengths[order[i]] = xs.get(i).shape().size();
        List<Value> r = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            int axis = order[i];
            Shape along = Shape.of(IntStream.range(0, n)
                    .map(k -> k == axis ? lengths[axis] : 1)
                    .toArray());
            r.add(xs.get(i).reshape(along).broadcastTo(Shape.of(lengths)));
        }
        return r;
    }

    private static void products(Table t) {
        t.value("Matmul", a -> Products.matMul(a.value(0, "x1"), a.value(1, "x2")));
        t.value("Dot", a -> Products.inType(a, Products::dot));
        t.value("Inner", a -> Products.inType(a, Products::inner));
        t.value(
                "Vdot",
                a -> Products.inType(
                        a, (x, y) -> x.reshape(-1).multiply(y.reshape(-1)).sum(false)));
        t.value(
                "Tensordot",
                a -> Products.inType(
                        a, (x, y) -> Products.tensorDot(x, y, Objects.requireNonNullElse(a.option("axes"), 2))));
        t.value("Einsum", a -> Products.einsum(Objects.requireNonNull(a.text("subscripts")), a.positional()));
        t.strongBinary("Outer", o -> o.a().reshape(-1, 1).multiply(o.b().reshape(1, -1)));
        t.value("Cross", Products::cross);
        t.strongBinary("Kron", o -> Products.kron(o.a(), o.b()));
        t.value("Correlate", Products::correlate);
    }

    private static void sequences(Table t) {
        t.value("Arange", a -> {
            double start = number(a, 0, "start", 0),
                    stop = number(a, 1, "stop", Double.NaN),
                    step = number(a, 2, "step", 1);
            boolean whole = java.util.stream.Stream.of(0, 1, 2)
                    .allMatch(i -> !(a.find(i, List.of("start", "stop", "step").get(i)) instanceof Double));
            double from = Double.isNaN(stop) ? 0 : start, to = Double.isNaN(stop) ? start : stop;
            int n = (int) Math.max(0, Math.ceil((to - from) / step));
            DType type = a.dtype(whole ? DType.INT32 : DType.FLOAT32);
            return Value.iota(type, Shape.of(n), 0).multiply(step).add(from);
        });
        t.value("Linspace", a -> linspace(a, a.floatingPair(0, "start", "stop")));
        t.value("Logspace", a -> {
            Value exponents = linspace(a, a.floatingPair(0, "start", "stop"));
            return exponents.like(a.number("base", 10)).binary(BinaryFunction.POWER, exponents);
        });
        t.value("Geomspace", a -> {
            Operands o = a.floatingPair(0, "start", "stop");
            DType type = a.dtype(DType.FLOAT32);
            Value from = o.a().cast(type), to = o.b().cast(type);
            Value exponents = linspace(
                    a,
                    new Operands(
                            from.abs().log().divide(Math.log(10)),
                            to.abs().log().divide(Math.log(10))));
            return exponents.like(10).binary(BinaryFunction.POWER, exponents).multiply(from.unary(UnaryFunction.SIGN));
        });
        t.value("Vander", a -> {
            Value x = a.value(0, "x");
            DType compute = Promotion.of(x.dtype(), DType.FLOAT32);
            int n = a.integer("N", x.shape().dim(0));
            Value powers = Value.iota(compute, Shape.of(n), 0);
            if (!a.flag("increasing", false)) powers = powers.subtractFrom(n - 1);
            return x.expandDims(-1)
                    .cast(compute)
                    .binary(BinaryFunction.POWER, powers)
                    .cast(x.dtype());
        });
        t.value("Digitize", a -> digitize(a.value(0, "x"), a.value(1, "bins")));
        t.value("SearchSorted", a -> {
            Value sorted = a.value(0, "sorted_sequence"),
                    values = a.value(1, "values").expandDims(-1);
            Value before = a.text("side", "left").equals("right") ? sorted.lessEqual(values) : sorted.less(values);
            return before.cast(DType.INT32).sum(false, -1);
        });
        t.value("Bincount", Distinct::bincount);
        t.results("Unique", Distinct::unique);
        t.results("Histogram", Distinct::histogram);
        t.results("Nonzero", a -> Distinct.nonzero(a, a.value(0, "x")));
        t.results("Slogdet", a -> MatrixFunctions.signAndLogDeterminant(a.value(0, "x")));
    }

    private static Value linspace(OperationArguments a, Operands o) {
        DType type = a.dtype(o.a().dtype());
        Value from = o.a().cast(type.isFloating() ? type : DType.FLOAT32), to = o.b().cast(from.dtype());
        int n = a.integer("num", 50), steps = a.flag("endpoint", true) ? n - 1 : n;
        Shape shape = Shape.broadcast(from.shape(), to.shape());
        int axis = a.integer("axis", 0), at = axis < 0 ? axis + shape.rank() + 1 : axis;
        Value k = Value.iota(from.dtype(), Shape.of(n), 0)
                .reshape(Shape.of(IntStream.rangeClosed(0, shape.rank())
                        .map(i -> i == at ? n : 1)
                        .toArray()));
        Value start = from.broadcastTo(shape).expandDims(at),
                end = to.broadcastTo(shape).expandDims(at);
        Value step = end.subtract(start).divide(Math.max(1, steps));
        Value r = start.add(step.multiply(k));
        if (steps == n - 1 && n > 1) r = k.equal(n - 1).select(end, r);
        return type.isFloating() ? r : r.unary(UnaryFunction.FLOOR).cast(type);
    }

    /** The number of boundaries that are not above each element. */
    static Value digitize(Value x, Value bins) {
        DType t = x.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
        return bins.cast(t)
                .lessEqual(x.cast(t).expandDims(-1))
                .cast(DType.INT32)
                .sum(false, -1);
    }
}
