package io.argali.converters.onnx;

import static io.argali.converters.onnx.OnnxGraph.attribute;

import io.argali.converters.export.DynamicGraph;
import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import java.util.List;
import java.util.function.Function;

/** Functions of single elements. */
final class OnnxElementwise {
    private final OnnxNodes nodes;
    private final OnnxGraph out;
    private final DynamicGraph graph;

    OnnxElementwise(OnnxNodes nodes) {
        this.nodes = nodes;
        this.out = nodes.out;
        this.graph = nodes.graph();
    }

    void add(Node n, Op.Elementwise e) {
        boolean first = goesFirst(n);
        List<String> in = n.inputs().stream()
                .map(v -> first ? alignedFirst(v, n.output(0).rank()) : nodes.get(v))
                .toList();
        DType type = n.inputs().getLast().dtype();
        String y = switch (e) {
            case Op.Unary u -> unary(n, u.function(), in.get(0), type);
            case Op.Binary b -> binary(n, b.function(), in.get(0), in.get(1), type);
            case Op.Select s -> {
                DType held = type == DType.BOOL ? DType.UINT8 : type == DType.UINT8 ? type : OnnxNodes.common(type);
                yield nodes.cast(
                        nodes.op(
                                "Where",
                                in.get(0),
                                nodes.cast(in.get(1), type, held),
                                nodes.cast(in.get(2), type, held)),
                        held,
                        type);
            }
            case Op.Cast c -> {
                if (type == DType.STRING || c.dtype() == DType.STRING) throw nodes.unsupported(n, "converts text");
                if (c.dtype() == DType.BFLOAT16 && type != DType.BFLOAT16) {
                    String rounded = out.node("Cast", List.of(in.get(0)), attribute("to", 16));
                    yield out.node("Cast", List.of(rounded), attribute("to", 1));
                }
                yield nodes.cast(in.get(0), type, c.dtype());
            }
        };
        if (first) nodes.putFirst(n.output(0), y);
        else nodes.put(n, y);
    }

    /** Whether the result is best made with channels first: the inputs that matter are so. */
    private boolean goesFirst(Node n) {
        int rank = n.output(0).rank();
        if (rank < 3 || n.inputs().stream().noneMatch(nodes::isFirst)) return false;
        return n.inputs().stream().allMatch(v -> v.rank() == rank || v.rank() == 0 || nodes.isConstant(v));
    }

    /** A value in the order of channels first, so that it broadcasts as before. */
    private String alignedFirst(Value v, int rank) {
        if (v.rank() == 0) return nodes.get(v);
        if (v.rank() == rank) return nodes.first(v);
        int[] d = new int[rank];
        java.util.Arrays.fill(d, 1);
        for (int i = 1; i <= v.rank(); i++) d[rank - i] = v.shape().dim(-i);
        return nodes.constant(v.node(), v.reshape(Shape.of(d)).transpose(OnnxNodes.toFirst(rank)));
    }

    private String unary(Node n, UnaryFunction f, String x, DType type) {
        if (type.isInteger() || type == DType.BOOL) return unaryOfIntegers(n, f, x, type);
        return switch (f) {
            case NEGATE -> nodes.op("Neg", x);
            case ABS -> nodes.op("Abs", x);
            case SIGN -> nodes.op("Sign", x);
            case RECIPROCAL -> nodes.op("Reciprocal", x);
            case SQUARE -> nodes.op("Mul", x, x);
            case SQRT -> nodes.op("Sqrt", x);
            case RSQRT -> nodes.op("Reciprocal", nodes.op("Sqrt", x));
            case EXP -> nodes.op("Exp", x);
            case EXPM1 -> nodes.op("Sub", nodes.op("Exp", x), out.scalar(type, 1));
            case LOG -> nodes.op("Log", x);
            case LOG1P -> nodes.op("Log", nodes.op("Add", x, out.scalar(type, 1)));
            case SIN -> nodes.op("Sin", x);
            case COS -> nodes.inFloat(x, type, v -> nodes.op("Cos", v));
            case TAN -> nodes.inFloat(x, type, v -> nodes.op("Tan", v));
            case ASIN -> nodes.inFloat(x, type, v -> nodes.op("Asin", v));
            case ACOS -> nodes.inFloat(x, type, v -> nodes.op("Acos", v));
            case ATAN -> nodes.inFloat(x, type, v -> nodes.op("Atan", v));
            case SINH -> nodes.inFloat(x, type, v -> nodes.op("Sinh", v));
            case COSH -> nodes.inFloat(x, type, v -> nodes.op("Cosh", v));
            case TANH -> nodes.op("Tanh", x);
            case ASINH -> nodes.inFloat(x, type, v -> nodes.op("Asinh", v));
            case ACOSH -> nodes.inFloat(x, type, v -> nodes.op("Acosh", v));
            case ATANH -> nodes.inFloat(x, type, v -> nodes.op("Atanh", v));
            case SIGMOID -> nodes.op("Sigmoid", x);
            case RELU -> nodes.op("Relu", x);
            case SOFTPLUS -> nodes.inFloat(x, type, v -> nodes.op("Softplus", v));
            case ERF -> nodes.inFloat(x, type, v -> nodes.op("Erf", v));
            case ERF_INVERSE ->
                nodes.inFloat(x, type, v -> erfInverse(v, type == DType.FLOAT64 ? DType.FLOAT32 : type));
            case FLOOR -> nodes.op("Floor", x);
            case CEIL -> nodes.op("Ceil", x);
            case ROUND -> nodes.op("Round", x);
            case TRUNCATE -> nodes.op("Mul", nodes.op("Sign", x), nodes.op("Floor", nodes.op("Abs", x)));
            case IS_NAN -> nodes.op("IsNaN", x);
            case IS_INFINITE -> nodes.op("IsInf", x);
            case IS_FINITE -> nodes.op("Not", nodes.op("Or", nodes.op("IsNaN", x), nodes.op("IsInf", x)));
            case NOT, BITWISE_NOT -> throw nodes.unsupported(n, f + " of " + type.kerasName());
        };
    }

    private String unaryOfIntegers(Node n, UnaryFunction f, String x, DType type) {
        DType wide = OnnxNodes.common(type);
        return switch (f) {
            case NOT -> nodes.op("Not", nodes.cast(x, type, DType.BOOL));
            case NEGATE -> nodes.cast(nodes.op("Neg", nodes.cast(x, type, wide)), wide, type);
            case ABS -> nodes.cast(nodes.op("Abs", nodes.cast(x, type, wide)), wide, type);
            case SIGN -> nodes.cast(nodes.op("Sign", nodes.cast(x, type, wide)), wide, type);
            case SQUARE -> {
                String v = nodes.cast(x, type, wide);
                yield nodes.cast(nodes.op("Mul", v, v), wide, type);
            }
            case RELU -> nodes.cast(nodes.op("Max", nodes.cast(x, type, wide), out.scalar(wide, 0)), wide, type);
            // -x - 1
            case BITWISE_NOT ->
                nodes.cast(
                        nodes.op("Sub", nodes.op("Neg", nodes.cast(x, type, wide)), out.scalar(wide, 1)), wide, type);
            case FLOOR, CEIL, ROUND, TRUNCATE -> nodes.op("Identity", x);
            case IS_NAN, IS_INFINITE -> {
                String v = nodes.cast(x, type, wide);
                yield nodes.op("Less", v, v);
            }
            case IS_FINITE -> {
                String v = nodes.cast(x, type, wide);
                yield nodes.op("Equal", v, v);
            }
            default -> throw nodes.unsupported(n, f + " of " + type.kerasName());
        };
    }

    /** By Giles' approximation (2012), good to float32: a polynomial of -log(1 - x²) near the middle, of its root at the ends. */
    private String erfInverse(String x, DType type) {
        String one = out.scalar(type, 1);
        String w = nodes.op("Neg", nodes.op("Log", nodes.op("Mul", nodes.op("Sub", one, x), nodes.op("Add", one, x))));
        double[] middle = {
            2.81022636e-08,
            3.43273939e-07,
            -3.5233877e-06,
            -4.39150654e-06,
            0.00021858087,
            -0.00125372503,
            -0.00417768164,
            0.246640727,
            1.50140941
        };
        double[] ends = {
            -0.000200214257,
            0.000100950558,
            0.00134934322,
            -0.00367342844,
            0.00573950773,
            -0.0076224613,
            0.00943887047,
            1.00167406,
            2.83297682
        };
        String a = polynomial(nodes.op("Sub", w, out.scalar(type, 2.5)), middle, type);
        String b = polynomial(nodes.op("Sub", nodes.op("Sqrt", w), out.scalar(type, 3)), ends, type);
        return nodes.op("Mul", x, nodes.op("Where", nodes.op("Less", w, out.scalar(type, 5)), a, b));
    }

    private String polynomial(String x, double[] coefficients, DType type) {
        String r = out.scalar(type, coefficients[0]);
        for (int i = 1; i < coefficients.length; i++)
            r = nodes.op("Add", nodes.op("Mul", r, x), out.scalar(type, coefficients[i]));
        return r;
    }

    private String binary(Node n, BinaryFunction f, String a, String b, DType type) {
        if (type == DType.BOOL) return binaryOfBools(n, f, a, b);
        if (type == DType.STRING) {
            return switch (f) {
                case EQUAL -> nodes.op("Equal", a, b);
                case NOT_EQUAL -> nodes.op("Not", nodes.op("Equal", a, b));
                default -> throw nodes.unsupported(n, f + " of text");
            };
        }
        DType wide = OnnxNodes.common(type);
        String x = nodes.cast(a, type, wide), y = nodes.cast(b, type, wide);
        return switch (f) {
            case EQUAL -> nodes.op("Equal", x, y);
            case NOT_EQUAL -> nodes.op("Not", nodes.op("Equal", x, y));
            case LESS -> nodes.op("Less", x, y);
            case LESS_EQUAL -> nodes.op("LessOrEqual", x, y);
            case GREATER -> nodes.op("Greater", x, y);
            case GREATER_EQUAL -> nodes.op("GreaterOrEqual", x, y);
            default -> nodes.cast(arithmetic(n, f, x, y, wide), wide, type);
        };
    }

    private String arithmetic(Node n, BinaryFunction f, String x, String y, DType type) {
        boolean floating = type.isFloating();
        return switch (f) {
            case ADD -> nodes.op("Add", x, y);
            case SUBTRACT -> nodes.op("Sub", x, y);
            case MULTIPLY -> nodes.op("Mul", x, y);
            case DIVIDE -> floating ? nodes.op("Div", x, y) : guarded(y, type, d -> nodes.op("Div", x, d));
            case FLOOR_DIVIDE ->
                floating
                        ? nodes.op("Floor", nodes.op("Div", x, y))
                        : guarded(y, type, d -> {
                            String q = nodes.op("Div", x, d),
                                    r = nodes.op("Sub", x, nodes.op("Mul", q, d)),
                                    zero = out.scalar(type, 0);
                            String down = nodes.op(
                                    "And",
                                    nodes.op("Not", nodes.op("Equal", r, zero)),
                                    nodes.op("Xor", nodes.op("Less", r, zero), nodes.op("Less", d, zero)));
                            return nodes.op("Sub", q, nodes.cast(down, DType.BOOL, type));
                        });
            case MODULO -> {
                if (!floating) yield guarded(y, type, d -> nodes.op("Mod", x, d));
                String r = out.node("Mod", List.of(x, y), attribute("fmod", 1)), zero = out.scalar(type, 0);
                String other = nodes.op(
                        "And",
                        nodes.op("Not", nodes.op("Equal", r, zero)),
                        nodes.op("Xor", nodes.op("Less", r, zero), nodes.op("Less", y, zero)));
                yield nodes.op("Where", other, nodes.op("Add", r, y), r);
            }
            case POWER -> nodes.op("Pow", x, y);
            case MAXIMUM -> nodes.op("Max", x, y);
            case MINIMUM -> nodes.op("Min", x, y);
            case ATAN2 -> atan2(x, y, type);
            case BITWISE_AND -> nodes.op("BitwiseAnd", x, y);
            case BITWISE_OR -> nodes.op("BitwiseOr", x, y);
            case BITWISE_XOR -> nodes.op("BitwiseXor", x, y);
            case SHIFT_LEFT -> nodes.op("Mul", x, nodes.op("Pow", out.scalar(type, 2), y));
            case SHIFT_RIGHT -> {
                String by = nodes.op("Pow", out.scalar(type, 2), y), r = nodes.op("Mod", x, by);
                yield nodes.op("Div", nodes.op("Sub", x, r), by);
            }
            default -> throw nodes.unsupported(n, f + " of " + type.kerasName());
        };
    }

    /** A quotient that is 0 where the divisor is. */
    private String guarded(String divisor, DType type, Function<String, String> quotient) {
        String zero = out.scalar(type, 0), none = nodes.op("Equal", divisor, zero);
        return nodes.op("Where", none, zero, quotient.apply(nodes.op("Where", none, out.scalar(type, 1), divisor)));
    }

    private String atan2(String y, String x, DType type) {
        return inFloats(List.of(y, x), type, in -> {
            DType t = type == DType.FLOAT64 ? DType.FLOAT32 : type;
            String zero = out.scalar(t, 0), pi = out.scalar(t, Math.PI), half = out.scalar(t, Math.PI / 2);
            String up = nodes.op("Less", in.get(0), zero);
            String straight = nodes.op("Atan", nodes.op("Div", in.get(0), in.get(1)));
            String left = nodes.op("Where", up, nodes.op("Sub", straight, pi), nodes.op("Add", straight, pi));
            String upright = nodes.op("Mul", nodes.op("Sign", in.get(0)), half);
            return nodes.op(
                    "Where",
                    nodes.op("Equal", in.get(1), zero),
                    upright,
                    nodes.op("Where", nodes.op("Less", in.get(1), zero), left, straight));
        });
    }

    private String inFloats(List<String> in, DType type, Function<List<String>, String> formula) {
        if (type != DType.FLOAT64) return formula.apply(in);
        List<String> floats =
                in.stream().map(x -> nodes.cast(x, type, DType.FLOAT32)).toList();
        return nodes.cast(formula.apply(floats), DType.FLOAT32, type);
    }

    private String binaryOfBools(Node n, BinaryFunction f, String a, String b) {
        return switch (f) {
            case AND, BITWISE_AND, MULTIPLY, MINIMUM -> nodes.op("And", a, b);
            case OR, BITWISE_OR, MAXIMUM, ADD -> nodes.op("Or", a, b);
            case XOR, BITWISE_XOR, NOT_EQUAL -> nodes.op("Xor", a, b);
            case EQUAL -> nodes.op("Equal", a, b);
            case LESS -> nodes.op("And", nodes.op("Not", a), b);
            case LESS_EQUAL -> nodes.op("Or", nodes.op("Not", a), b);
            case GREATER -> nodes.op("And", a, nodes.op("Not", b));
            case GREATER_EQUAL -> nodes.op("Or", a, nodes.op("Not", b));
            default -> throw nodes.unsupported(n, f + " of bools");
        };
    }
}
