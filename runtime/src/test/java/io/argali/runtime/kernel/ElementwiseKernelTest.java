package io.argali.runtime.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.UnaryFunction;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class ElementwiseKernelTest {
    /** What float formulas may lose against the exact value, in units in the last place. */
    private static final double UNITS = 2.5;

    /** Giles' approximation of the inverse error function promises no more. */
    private static final double ERF_INVERSE_UNITS = 8;

    private static final Set<BinaryFunction> INTEGERS_ONLY = EnumSet.of(
            BinaryFunction.BITWISE_AND,
            BinaryFunction.BITWISE_OR,
            BinaryFunction.BITWISE_XOR,
            BinaryFunction.SHIFT_LEFT,
            BinaryFunction.SHIFT_RIGHT);

    private static final float[] SPECIAL = {
        0f,
        -0f,
        1f,
        -1f,
        0.5f,
        -0.5f,
        1.5f,
        2.5f,
        -2.5f,
        Float.MIN_VALUE,
        -Float.MIN_VALUE,
        1e-40f,
        -1e-40f,
        Float.MIN_NORMAL,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        Float.NaN,
        8388607.5f,
        -8388607.5f,
        16777216f,
        2147483648f,
        -2147483648f,
        1e10f,
        88.7f,
        88.73f,
        89f,
        -87.4f,
        -103.9f,
        -104.1f,
        -1000f,
        1000f,
        0.99999994f,
        1.0000001f
    };

    /** Dense where functions bend, every exponent elsewhere, special values; both signs. */
    private static float[] grid() {
        float[] grid = new float[400_000];
        System.arraycopy(SPECIAL, 0, grid, 0, SPECIAL.length);
        int half = grid.length / 2;
        for (int i = SPECIAL.length; i < half; i++) {
            grid[i] = (i - half / 2) * (220f / half);
        }
        for (int i = half; i < grid.length; i++) {
            int bits = (int) ((i - half) * ((long) Float.floatToIntBits(Float.POSITIVE_INFINITY)) / half);
            grid[i] = Float.intBitsToFloat(bits) * (i % 2 == 0 ? 1 : -1);
        }
        return grid;
    }

    @ParameterizedTest
    @EnumSource(value = UnaryFunction.class, mode = EnumSource.Mode.EXCLUDE, names = "BITWISE_NOT")
    void unaryFunctionsAreExactToTheLastPlaces(UnaryFunction f) {
        float[] x = grid();
        DoubleUnaryOperator exact = exact(f);
        double units = f == UnaryFunction.ERF_INVERSE ? ERF_INVERSE_UNITS : UNITS;
        KernelSets.all().forEach(kernels -> {
            float[] y = new float[x.length];
            kernels.elementwise().unary(f, x, 0, y, 0, x.length);
            for (int i = 0; i < x.length; i++) {
                assertWithin(units, exact.applyAsDouble(x[i]), y[i], kernels.name() + " " + f, x[i]);
            }
        });
    }

    @ParameterizedTest
    @EnumSource(UnaryFunction.class)
    void everySetGivesTheSameBits(UnaryFunction f) {
        if (f == UnaryFunction.BITWISE_NOT) {
            return;
        }
        float[] x = grid();
        float[] expected = new float[x.length];
        Kernels.scalar().elementwise().unary(f, x, 0, expected, 0, x.length);
        KernelSets.all().forEach(kernels -> {
            float[] y = x.clone();
            kernels.elementwise().unary(f, y, 0, y, 0, y.length); // in place
            assertArrayEquals(expected, y, kernels.name());
        });
    }

    @ParameterizedTest
    @EnumSource(BinaryFunction.class)
    void binaryFunctionsInAllThreeForms(BinaryFunction f) {
        if (INTEGERS_ONLY.contains(f)) {
            return;
        }
        int n = SPECIAL.length;
        DoubleBinaryOperator exact = exact(f);
        KernelSets.all().forEach(kernels -> {
            ElementwiseKernel kernel = kernels.elementwise();
            for (float b : SPECIAL) {
                float[] repeated = new float[n];
                Arrays.fill(repeated, b);
                float[] y = new float[n];
                float[] withScalar = new float[n];
                float[] reversed = new float[n];
                float[] scalarFirst = new float[n];
                kernel.binary(f, SPECIAL, 0, repeated, 0, y, 0, n);
                kernel.binaryScalar(f, SPECIAL, 0, b, withScalar, 0, n);
                kernel.binary(f, repeated, 0, SPECIAL, 0, reversed, 0, n);
                kernel.scalarBinary(f, b, SPECIAL, 0, scalarFirst, 0, n);
                for (int i = 0; i < n; i++) {
                    assertWithin(
                            0.51,
                            exact.applyAsDouble(SPECIAL[i], b),
                            y[i],
                            kernels.name() + " " + f + " by " + b,
                            SPECIAL[i]);
                }
                assertArrayEquals(y, withScalar, kernels.name());
                assertArrayEquals(reversed, scalarFirst, kernels.name());
            }
        });
    }

    @ParameterizedTest
    @MethodSource("io.argali.runtime.kernel.KernelSets#all")
    void staysInsideItsRange(Kernels kernels) {
        for (int n : KernelSets.SIZES) {
            float[] x = KernelSets.random(n + 4, n);
            float[] y = new float[n + 4];
            Arrays.fill(y, 7f);
            kernels.elementwise().unary(UnaryFunction.EXP, x, 1, y, 2, n);
            kernels.elementwise().binary(BinaryFunction.ADD, x, 3, y, 2, y, 2, n);
            kernels.elementwise().multiplyAdd(x, 0, x, 1, y, 2, y, 2, n);
            kernels.elementwise().select(x, 2, y, 2, x, 0, y, 2, n);
            for (int i = 0; i < n; i++) {
                float sum = FloatMath.exp(x[1 + i]) + x[3 + i];
                assertEquals(Math.fma(x[i], x[1 + i], sum), y[2 + i]);
            }
            assertArrayEquals(new float[] {7, 7, 7, 7}, new float[] {y[0], y[1], y[n + 2], y[n + 3]});
        }
    }

    @ParameterizedTest
    @MethodSource("io.argali.runtime.kernel.KernelSets#all")
    void selectsByCondition(Kernels kernels) {
        int n = SPECIAL.length;
        float[] y = new float[n];
        kernels.elementwise().select(SPECIAL, 0, KernelSets.random(n, 1), 0, new float[n], 0, y, 0, n);
        float[] chosen = KernelSets.random(n, 1);
        for (int i = 0; i < n; i++) {
            assertEquals(SPECIAL[i] != 0 ? chosen[i] : 0f, y[i]);
        }
    }

    @Test
    void integerFunctionsAreRefused() {
        KernelSets.all().forEach(kernels -> {
            float[] x = new float[40];
            assertThrows(
                    IllegalArgumentException.class,
                    () -> kernels.elementwise().unary(UnaryFunction.BITWISE_NOT, x, 0, x, 0, 40));
            for (BinaryFunction f : INTEGERS_ONLY) {
                assertThrows(
                        IllegalArgumentException.class,
                        () -> kernels.elementwise().binary(f, x, 0, x, 0, x, 0, 40));
            }
        });
    }

    private static void assertWithin(double units, double expected, float actual, String what, float x) {
        float nearest = (float) expected;
        boolean same = nearest == actual || (Double.isNaN(expected) && Float.isNaN(actual));
        double difference = Math.abs(expected - actual) / Math.ulp(nearest);
        assertTrue(
                same || difference <= units,
                () -> what + " at " + x + ": expected " + expected + ", got " + actual + ", " + difference + " ulp");
    }

    private static double truth(boolean value) {
        return value ? 1 : 0;
    }

    private static DoubleUnaryOperator exact(UnaryFunction f) {
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
            case ASINH ->
                x -> Double.isInfinite(x)
                        ? x
                        : Math.copySign(Math.log1p(Math.abs(x) + x * x / (1 + Math.sqrt(x * x + 1))), x);
            case ACOSH ->
                x -> x == Double.POSITIVE_INFINITY || x < 1
                        ? Math.sqrt(x - 1)
                        : Math.log1p((x - 1) + Math.sqrt((x - 1) * (x + 1)));
            case ATANH -> x -> 0.5 * (Math.log1p(x) - Math.log1p(-x));
            case SIGMOID -> x -> x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x));
            case RELU -> x -> Math.max(x, 0);
            case SOFTPLUS -> x -> Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0);
            case ERF -> ElementwiseKernelTest::erf;
            case ERF_INVERSE -> ElementwiseKernelTest::erfInverse;
            case FLOOR -> Math::floor;
            case CEIL -> Math::ceil;
            case ROUND -> Math::rint;
            case TRUNCATE -> x -> x < 0 ? Math.ceil(x) : Math.floor(x);
            case NOT -> x -> truth(x == 0);
            case IS_NAN -> x -> truth(Double.isNaN(x));
            case IS_INFINITE -> x -> truth(Double.isInfinite(x));
            case IS_FINITE -> x -> truth(Double.isFinite(x));
            case BITWISE_NOT -> throw new IllegalArgumentException();
        };
    }

    private static DoubleBinaryOperator exact(BinaryFunction f) {
        return switch (f) {
            case ADD -> Double::sum;
            case SUBTRACT -> (a, b) -> a - b;
            case MULTIPLY -> (a, b) -> a * b;
            case DIVIDE -> (a, b) -> a / b;
            case FLOOR_DIVIDE -> (a, b) -> Math.floor((float) a / (float) b);
            case MODULO ->
                (a, b) -> {
                    double r = a % b;
                    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
                };
            case POWER -> Math::pow;
            case MAXIMUM -> Math::max;
            case MINIMUM -> Math::min;
            case ATAN2 -> Math::atan2;
            case EQUAL -> (a, b) -> truth(a == b);
            case NOT_EQUAL -> (a, b) -> truth(a != b);
            case LESS -> (a, b) -> truth(a < b);
            case LESS_EQUAL -> (a, b) -> truth(a <= b);
            case GREATER -> (a, b) -> truth(a > b);
            case GREATER_EQUAL -> (a, b) -> truth(a >= b);
            case AND -> (a, b) -> truth(a != 0 && b != 0);
            case OR -> (a, b) -> truth(a != 0 || b != 0);
            case XOR -> (a, b) -> truth((a != 0) != (b != 0));
            default -> throw new IllegalArgumentException();
        };
    }

    /** The Taylor series near zero; the continued fraction of erfc beyond 3, where the series cancels. */
    private static double erf(double x) {
        double t = Math.abs(x);
        if (t > 6) {
            return Math.signum(x);
        }
        if (t > 3) {
            double fraction = 0;
            for (int i = 100; i > 0; i--) {
                fraction = i / 2.0 / (t + fraction);
            }
            return Math.copySign(1 - Math.exp(-t * t) / Math.sqrt(Math.PI) / (t + fraction), x);
        }
        double term = x;
        double sum = x;
        for (int i = 1; i < 100; i++) {
            term *= -x * x / i;
            sum += term / (2 * i + 1);
        }
        return Double.isNaN(x) ? x : sum * 2 / Math.sqrt(Math.PI);
    }

    /** Bisection on erf. */
    private static double erfInverse(double y) {
        if (Math.abs(y) >= 1 || Double.isNaN(y)) {
            return Math.abs(y) == 1 ? y * Double.POSITIVE_INFINITY : Double.NaN;
        }
        if (Math.abs(y) < 1e-6) {
            return y * Math.sqrt(Math.PI) / 2;
        }
        double low = -6;
        double high = 6;
        for (int i = 0; i < 60; i++) {
            double middle = (low + high) / 2;
            if (erf(middle) < y) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }
}
