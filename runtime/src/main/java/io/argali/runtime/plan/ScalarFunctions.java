package io.argali.runtime.plan;

import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.ReduceFunction;
import io.argali.runtime.op.UnaryFunction;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/** The meaning of each function on one double or one integer. */
final class ScalarFunctions {
    private ScalarFunctions() {}

    static DoubleUnaryOperator ofDoubles(UnaryFunction f) {
        return switch (f) {
            case NEGATE -> x -> -x;
            case ABS -> Math::abs;
            case SIGN -> Math::signum;
            case RECIPROCAL -> x -> 1 / x;
            case SQUARE -> x -> x * x;
            case SQRT -> Math::sqrt;
            case RSQRT -> x -> 1 / Math.sqrt(x);
            case EXP -> Math::exp;
            case EXPM1 -> Math::expm1;
            case LOG -> Math::log;
            case LOG1P -> Math::log1p;
            case SIN -> Math::sin;
            case COS -> Math::cos;
            case TAN -> Math::tan;
            case ASIN -> Math::asin;
            case ACOS -> Math::acos;
            case ATAN -> Math::atan;
            case SINH -> Math::sinh;
            case COSH -> Math::cosh;
            case TANH -> Math::tanh;
            case ASINH -> x -> Math.copySign(Math.log(Math.abs(x) + Math.sqrt(x * x + 1)), x);
            case ACOSH -> x -> Math.log(x + Math.sqrt(x * x - 1));
            case ATANH -> x -> 0.5 * Math.log((1 + x) / (1 - x));
            case SIGMOID -> x -> 1 / (1 + Math.exp(-x));
            case RELU -> x -> Double.isNaN(x) || x > 0 ? x : 0;
            case SOFTPLUS -> x -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
            case ERF -> ErrorFunction::erf;
            case ERF_INVERSE -> ErrorFunction::erfInverse;
            case FLOOR -> Math::floor;
            case CEIL -> Math::ceil;
            case ROUND -> Math::rint;
            case TRUNCATE -> x -> x < 0 ? Math.ceil(x) : Math.floor(x);
            case NOT, BITWISE_NOT, IS_NAN, IS_INFINITE, IS_FINITE ->
                throw new IllegalArgumentException(f + " does not map floating numbers to floating numbers");
        };
    }

    static LongUnaryOperator ofLongs(UnaryFunction f) {
        return switch (f) {
            case NEGATE -> x -> -x;
            case ABS -> Math::abs;
            case SIGN -> x -> Long.signum(x);
            case SQUARE -> x -> x * x;
            case RELU -> x -> Math.max(x, 0);
            case NOT -> x -> x == 0 ? 1 : 0;
            case BITWISE_NOT -> x -> ~x;
            case FLOOR, CEIL, ROUND, TRUNCATE -> x -> x;
            case IS_NAN, IS_INFINITE -> x -> 0;
            case IS_FINITE -> x -> 1;
            default -> throw new IllegalArgumentException(f + " is for floating numbers only");
        };
    }

    static DoubleBinaryOperator ofDoubles(BinaryFunction f) {
        return switch (f) {
            case ADD -> Double::sum;
            case SUBTRACT -> (a, b) -> a - b;
            case MULTIPLY -> (a, b) -> a * b;
            case DIVIDE -> (a, b) -> a / b;
            case FLOOR_DIVIDE -> (a, b) -> Math.floor(a / b);
            case MODULO ->
                (a, b) -> {
                    double r = a % b;
                    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
                };
            case POWER -> Math::pow;
            case MAXIMUM -> Math::max;
            case MINIMUM -> Math::min;
            case ATAN2 -> Math::atan2;
            case EQUAL -> (a, b) -> a == b ? 1 : 0;
            case NOT_EQUAL -> (a, b) -> a != b ? 1 : 0;
            case LESS -> (a, b) -> a < b ? 1 : 0;
            case LESS_EQUAL -> (a, b) -> a <= b ? 1 : 0;
            case GREATER -> (a, b) -> a > b ? 1 : 0;
            case GREATER_EQUAL -> (a, b) -> a >= b ? 1 : 0;
            default -> throw new IllegalArgumentException(f + " is not for floating numbers");
        };
    }

    static LongBinaryOperator ofLongs(BinaryFunction f) {
        return switch (f) {
            case ADD -> Long::sum;
            case SUBTRACT -> (a, b) -> a - b;
            case MULTIPLY -> (a, b) -> a * b;
            // As NumPy: division of integers by zero gives zero.
            case DIVIDE -> (a, b) -> b == 0 ? 0 : a / b;
            case FLOOR_DIVIDE -> (a, b) -> b == 0 ? 0 : Math.floorDiv(a, b);
            case MODULO -> (a, b) -> b == 0 ? 0 : Math.floorMod(a, b);
            case POWER -> ScalarFunctions::power;
            case MAXIMUM -> Math::max;
            case MINIMUM -> Math::min;
            case EQUAL -> (a, b) -> a == b ? 1 : 0;
            case NOT_EQUAL -> (a, b) -> a != b ? 1 : 0;
            case LESS -> (a, b) -> a < b ? 1 : 0;
            case LESS_EQUAL -> (a, b) -> a <= b ? 1 : 0;
            case GREATER -> (a, b) -> a > b ? 1 : 0;
            case GREATER_EQUAL -> (a, b) -> a >= b ? 1 : 0;
            case AND, BITWISE_AND -> (a, b) -> a & b;
            case OR, BITWISE_OR -> (a, b) -> a | b;
            case XOR, BITWISE_XOR -> (a, b) -> a ^ b;
            case SHIFT_LEFT -> (a, b) -> a << b;
            case SHIFT_RIGHT -> (a, b) -> a >> b;
            case ATAN2 -> throw new IllegalArgumentException(f + " is for floating numbers only");
        };
    }

    /** Whether a comparison holds, given the sign of the difference. */
    static boolean compare(BinaryFunction f, int sign) {
        return switch (f) {
            case EQUAL -> sign == 0;
            case NOT_EQUAL -> sign != 0;
            case LESS -> sign < 0;
            case LESS_EQUAL -> sign <= 0;
            case GREATER -> sign > 0;
            case GREATER_EQUAL -> sign >= 0;
            default -> throw new IllegalArgumentException(f + " is not a comparison");
        };
    }

    static DoubleBinaryOperator ofDoubles(ReduceFunction f) {
        return switch (f) {
            case SUM -> Double::sum;
            case PRODUCT -> (a, b) -> a * b;
            case MAX -> Math::max;
            case MIN -> Math::min;
            case ANY, ALL -> throw new IllegalArgumentException(f + " is for bools only");
        };
    }

    static LongBinaryOperator ofLongs(ReduceFunction f) {
        return switch (f) {
            case SUM -> Long::sum;
            case PRODUCT -> (a, b) -> a * b;
            case MAX -> Math::max;
            case MIN -> Math::min;
            case ANY -> (a, b) -> a | b;
            case ALL -> (a, b) -> a & b;
        };
    }

    private static long power(long base, long exponent) {
        if (exponent < 0) return base == 1 ? 1 : base == -1 ? (exponent % 2 == 0 ? 1 : -1) : 0;
        long r = 1;
        for (long e = exponent, b = base; e > 0; e >>= 1, b *= b) if ((e & 1) == 1) r *= b;
        return r;
    }
}
