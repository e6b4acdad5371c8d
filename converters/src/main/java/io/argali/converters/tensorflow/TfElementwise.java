package io.argali.converters.tensorflow;

import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.tensor.DType;

/** Functions of each element. */
final class TfElementwise {
    private final TfNodes nodes;
    private final TfGraph out;

    TfElementwise(TfNodes nodes) {
        this.nodes = nodes;
        this.out = nodes.out;
    }

    String add(Node n, Op.Elementwise e) {
        DType type = n.inputs().getLast().dtype();
        return switch (e) {
            case Op.Unary u -> unary(n, u.function(), nodes.input(n, 0), type);
            case Op.Binary b -> binary(n, b.function(), nodes.input(n, 0), nodes.input(n, 1), type);
            case Op.Select s -> nodes.select(nodes.input(n, 0), nodes.input(n, 1), nodes.input(n, 2), type);
            case Op.Cast c -> {
                if (type == DType.STRING || c.dtype() == DType.STRING) throw nodes.unsupported(n, "converts text");
                if (c.dtype() != DType.BOOL || type == DType.BOOL) yield nodes.cast(nodes.input(n, 0), type, c.dtype());
                DType compared = TfNodes.isFloat8(type) ? DType.FLOAT32 : type;
                yield nodes.op(
                        "NotEqual", compared, nodes.cast(nodes.input(n, 0), type, compared), out.scalar(compared, 0));
            }
        };
    }

    private String unary(Node n, UnaryFunction f, String x, DType type) {
        if (type.isInteger() || type == DType.BOOL) return unaryOfIntegers(n, f, x, type);
        return switch (f) {
            case NEGATE -> nodes.op("Neg", type, x);
            case ABS -> nodes.op("Abs", type, x);
            case SIGN -> nodes.op("Sign", type, x);
            case RECIPROCAL -> nodes.op("Reciprocal", type, x);
            case SQUARE -> nodes.op("Square", type, x);
            case SQRT -> nodes.op("Sqrt", type, x);
            case RSQRT -> nodes.op("Rsqrt", type, x);
            case EXP -> nodes.op("Exp", type, x);
            case EXPM1 -> nodes.op("Expm1", type, x);
            case LOG -> nodes.op("Log", type, x);
            case LOG1P -> nodes.op("Log1p", type, x);
            case SIN -> nodes.op("Sin", type, x);
            case COS -> nodes.op("Cos", type, x);
            case TAN -> nodes.op("Tan", type, x);
            case ASIN -> nodes.op("Asin", type, x);
            case ACOS -> nodes.op("Acos", type, x);
            case ATAN -> nodes.op("Atan", type, x);
            case SINH -> nodes.op("Sinh", type, x);
            case COSH -> nodes.op("Cosh", type, x);
            case TANH -> nodes.op("Tanh", type, x);
            case ASINH -> nodes.op("Asinh", type, x);
            case ACOSH -> nodes.op("Acosh", type, x);
            case ATANH -> nodes.op("Atanh", type, x);
            case SIGMOID -> nodes.op("Sigmoid", type, x);
            case RELU -> nodes.op("Relu", type, x);
            case SOFTPLUS -> nodes.op("Softplus", type, x);
            case ERF -> nodes.op("Erf", type, x);
            case ERF_INVERSE -> {
                DType held = type == DType.FLOAT64 ? type : DType.FLOAT32;
                yield nodes.cast(nodes.op("Erfinv", held, nodes.cast(x, type, held)), held, type);
            }
            case FLOOR -> nodes.op("Floor", type, x);
            case CEIL -> nodes.op("Ceil", type, x);
            case ROUND -> nodes.op("Round", type, x);
            case TRUNCATE ->
                nodes.op("Mul", type, nodes.op("Sign", type, x), nodes.op("Floor", type, nodes.op("Abs", type, x)));
            case IS_NAN -> nodes.op("IsNan", type, x);
            case IS_INFINITE -> nodes.op("IsInf", type, x);
            case IS_FINITE -> nodes.op("IsFinite", type, x);
            case NOT, BITWISE_NOT -> throw nodes.unsupported(n, f + " of " + type.kerasName());
        };
    }

    private String unaryOfIntegers(Node n, UnaryFunction f, String x, DType type) {
        DType wide = type == DType.BOOL ? DType.INT32 : TfNodes.common(type);
        return switch (f) {
            case NOT ->
                nodes.plain("LogicalNot", type == DType.BOOL ? x : nodes.op("NotEqual", type, x, out.scalar(type, 0)));
            case NEGATE -> nodes.cast(nodes.op("Neg", wide, nodes.cast(x, type, wide)), wide, type);
            case ABS -> nodes.cast(nodes.op("Abs", wide, nodes.cast(x, type, wide)), wide, type);
            case SIGN -> nodes.cast(nodes.op("Sign", wide, nodes.cast(x, type, wide)), wide, type);
            case SQUARE -> nodes.cast(nodes.op("Square", wide, nodes.cast(x, type, wide)), wide, type);
            case RELU ->
                nodes.cast(nodes.op("Maximum", wide, nodes.cast(x, type, wide), out.scalar(wide, 0)), wide, type);
            case BITWISE_NOT -> nodes.op("Invert", type, x);
            case FLOOR, CEIL, ROUND, TRUNCATE -> x;
            case IS_NAN, IS_INFINITE -> nodes.op("NotEqual", type, x, x);
            case IS_FINITE -> nodes.op("Equal", type, x, x);
            default -> throw nodes.unsupported(n, f + " of " + type.kerasName());
        };
    }

    private String binary(Node n, BinaryFunction f, String a, String b, DType type) {
        if (type == DType.BOOL) return binaryOfBools(n, f, a, b);
        if (type == DType.STRING) {
            return switch (f) {
                case EQUAL -> nodes.op("Equal", type, a, b);
                case NOT_EQUAL -> nodes.op("NotEqual", type, a, b);
                default -> throw nodes.unsupported(n, f + " of text");
            };
        }
        DType wide = TfNodes.common(type);
        String x = nodes.cast(a, type, wide), y = nodes.cast(b, type, wide);
        return switch (f) {
            case EQUAL -> nodes.op("Equal", wide, x, y);
            case NOT_EQUAL -> nodes.op("NotEqual", wide, x, y);
            case LESS -> nodes.op("Less", wide, x, y);
            case LESS_EQUAL -> nodes.op("LessEqual", wide, x, y);
            case GREATER -> nodes.op("Greater", wide, x, y);
            case GREATER_EQUAL -> nodes.op("GreaterEqual", wide, x, y);
            default -> nodes.cast(arithmetic(n, f, x, y, wide), wide, type);
        };
    }

    private String arithmetic(Node n, BinaryFunction f, String x, String y, DType type) {
        boolean floating = type.isFloating();
        return switch (f) {
            case ADD -> nodes.op("AddV2", type, x, y);
            case SUBTRACT -> nodes.op("Sub", type, x, y);
            case MULTIPLY -> nodes.op("Mul", type, x, y);
            case DIVIDE -> floating ? nodes.op("RealDiv", type, x, y) : guarded("TruncateDiv", x, y, type);
            case FLOOR_DIVIDE -> floating ? nodes.op("FloorDiv", type, x, y) : guarded("FloorDiv", x, y, type);
            case MODULO -> floating ? nodes.op("FloorMod", type, x, y) : guarded("FloorMod", x, y, type);
            case POWER -> nodes.op("Pow", type, x, y);
            case MAXIMUM -> nodes.op("Maximum", type, x, y);
            case MINIMUM -> nodes.op("Minimum", type, x, y);
            case ATAN2 -> nodes.op("Atan2", type, x, y);
            case BITWISE_AND -> nodes.op("BitwiseAnd", type, x, y);
            case BITWISE_OR -> nodes.op("BitwiseOr", type, x, y);
            case BITWISE_XOR -> nodes.op("BitwiseXor", type, x, y);
            case SHIFT_LEFT -> nodes.op("LeftShift", type, x, y);
            case SHIFT_RIGHT -> nodes.op("RightShift", type, x, y);
            default -> throw nodes.unsupported(n, f + " of " + type.kerasName());
        };
    }

    /** A quotient that is 0 where the divisor is. */
    private String guarded(String quotient, String x, String divisor, DType type) {
        String zero = out.scalar(type, 0), none = nodes.op("Equal", type, divisor, zero);
        String y = nodes.op(quotient, type, x, nodes.select(none, out.scalar(type, 1), divisor, type));
        return nodes.select(none, zero, y, type);
    }

    private String binaryOfBools(Node n, BinaryFunction f, String a, String b) {
        return switch (f) {
            case AND, BITWISE_AND, MULTIPLY, MINIMUM -> nodes.plain("LogicalAnd", a, b);
            case OR, BITWISE_OR, MAXIMUM, ADD -> nodes.plain("LogicalOr", a, b);
            case XOR, BITWISE_XOR, NOT_EQUAL -> nodes.op("NotEqual", DType.BOOL, a, b);
            case EQUAL -> nodes.op("Equal", DType.BOOL, a, b);
            case LESS -> nodes.plain("LogicalAnd", nodes.plain("LogicalNot", a), b);
            case LESS_EQUAL -> nodes.plain("LogicalOr", nodes.plain("LogicalNot", a), b);
            case GREATER -> nodes.plain("LogicalAnd", a, nodes.plain("LogicalNot", b));
            case GREATER_EQUAL -> nodes.plain("LogicalOr", a, nodes.plain("LogicalNot", b));
            default -> throw nodes.unsupported(n, f + " of bools");
        };
    }
}
