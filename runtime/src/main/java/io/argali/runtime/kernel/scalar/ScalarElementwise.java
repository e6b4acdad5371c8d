package io.argali.runtime.kernel.scalar;

import io.argali.runtime.kernel.ElementwiseKernel;
import io.argali.runtime.kernel.FloatMath;
import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.UnaryFunction;

/**
 * Elementwise functions, a loop each, which is what lets HotSpot vectorise them. What {@link FloatMath} lacks is computed in double
 * and rounded once.
 */
public final class ScalarElementwise implements ElementwiseKernel {
    @Override
    public void unary(UnaryFunction f, float[] x, int xOffset, float[] y, int yOffset, int n) {
        switch (f) {
            case NEGATE -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = -x[xOffset + i];
                }
            }
            case ABS -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = Math.abs(x[xOffset + i]);
                }
            }
            case SIGN -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = Math.signum(x[xOffset + i]);
                }
            }
            case RECIPROCAL -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = 1f / x[xOffset + i];
                }
            }
            case SQUARE -> {
                for (int i = 0; i < n; i++) {
                    float v = x[xOffset + i];
                    y[yOffset + i] = v * v;
                }
            }
            case SQRT -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = (float) Math.sqrt(x[xOffset + i]);
                }
            }
            case RSQRT -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = 1f / (float) Math.sqrt(x[xOffset + i]);
                }
            }
            case EXP -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = FloatMath.exp(x[xOffset + i]);
                }
            }
            case EXPM1 -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = FloatMath.expm1(x[xOffset + i]);
                }
            }
            case LOG -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = FloatMath.log(x[xOffset + i]);
                }
            }
            case LOG1P -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = FloatMath.log1p(x[xOffset + i]);
                }
            }
            case SIN -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = (float) Math.sin(x[xOffset + i]);
                }
            }
            case COS -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = (float) Math.cos(x[xOffset + i]);
                }
            }
            case TAN -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = (float) Math.tan(x[xOffset + i]);
                }
            }
            case ASIN -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = (float) Math.asin(x[xOffset + i]);
                }
            }
            case ACOS -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = (float) Math.acos(x[xOffset + i]);
                }
            }
            case ATAN -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = (float) Math.atan(x[xOffset + i]);
                }
            }
            case SINH -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = (float) Math.sinh(x[xOffset + i]);
                }
            }
            case COSH -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = (float) Math.cosh(x[xOffset + i]);
                }
            }
            case TANH -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = FloatMath.tanh(x[xOffset + i]);
                }
            }
            case ASINH -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = asinh(x[xOffset + i]);
                }
            }
            case ACOSH -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = acosh(x[xOffset + i]);
                }
            }
            case ATANH -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = atanh(x[xOffset + i]);
                }
            }
            case SIGMOID -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = FloatMath.sigmoid(x[xOffset + i]);
                }
            }
            case RELU -> {
                for (int i = 0; i < n; i++) {
                    float v = x[xOffset + i];
                    y[yOffset + i] = v < 0f ? 0f : v;
                }
            }
            case SOFTPLUS -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = FloatMath.softplus(x[xOffset + i]);
                }
            }
            case ERF -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = FloatMath.erf(x[xOffset + i]);
                }
            }
            case ERF_INVERSE -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = FloatMath.erfInverse(x[xOffset + i]);
                }
            }
            case FLOOR -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = FloatMath.floor(x[xOffset + i]);
                }
            }
            case CEIL -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = FloatMath.ceil(x[xOffset + i]);
                }
            }
            case ROUND -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = FloatMath.rint(x[xOffset + i]);
                }
            }
            case TRUNCATE -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = FloatMath.truncate(x[xOffset + i]);
                }
            }
            case NOT -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = truth(x[xOffset + i] == 0f);
                }
            }
            case IS_NAN -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = truth(Float.isNaN(x[xOffset + i]));
                }
            }
            case IS_INFINITE -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = truth(Float.isInfinite(x[xOffset + i]));
                }
            }
            case IS_FINITE -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = truth(Float.isFinite(x[xOffset + i]));
                }
            }
            case BITWISE_NOT -> throw integersOnly(f);
        }
    }

    @Override
    public void binary(
            BinaryFunction f, float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset, int n) {
        switch (f) {
            case ADD -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = a[aOffset + i] + b[bOffset + i];
                }
            }
            case SUBTRACT -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = a[aOffset + i] - b[bOffset + i];
                }
            }
            case MULTIPLY -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = a[aOffset + i] * b[bOffset + i];
                }
            }
            case DIVIDE -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = a[aOffset + i] / b[bOffset + i];
                }
            }
            case FLOOR_DIVIDE -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = FloatMath.floor(a[aOffset + i] / b[bOffset + i]);
                }
            }
            case MODULO -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = FloatMath.modulo(a[aOffset + i], b[bOffset + i]);
                }
            }
            case POWER -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = (float) Math.pow(a[aOffset + i], b[bOffset + i]);
                }
            }
            case MAXIMUM -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = Math.max(a[aOffset + i], b[bOffset + i]);
                }
            }
            case MINIMUM -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = Math.min(a[aOffset + i], b[bOffset + i]);
                }
            }
            case ATAN2 -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = (float) Math.atan2(a[aOffset + i], b[bOffset + i]);
                }
            }
            case EQUAL -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = truth(a[aOffset + i] == b[bOffset + i]);
                }
            }
            case NOT_EQUAL -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = truth(a[aOffset + i] != b[bOffset + i]);
                }
            }
            case LESS -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = truth(a[aOffset + i] < b[bOffset + i]);
                }
            }
            case LESS_EQUAL -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = truth(a[aOffset + i] <= b[bOffset + i]);
                }
            }
            case GREATER -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = truth(a[aOffset + i] > b[bOffset + i]);
                }
            }
            case GREATER_EQUAL -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = truth(a[aOffset + i] >= b[bOffset + i]);
                }
            }
            case AND -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = truth(a[aOffset + i] != 0f && b[bOffset + i] != 0f);
                }
            }
            case OR -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = truth(a[aOffset + i] != 0f || b[bOffset + i] != 0f);
                }
            }
            case XOR -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = truth((a[aOffset + i] != 0f) != (b[bOffset + i] != 0f));
                }
            }
            case BITWISE_AND, BITWISE_OR, BITWISE_XOR, SHIFT_LEFT, SHIFT_RIGHT -> throw integersOnly(f);
        }
    }

    @Override
    public void binaryScalar(BinaryFunction f, float[] a, int aOffset, float b, float[] y, int yOffset, int n) {
        switch (f) {
            case ADD -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = a[aOffset + i] + b;
                }
            }
            case SUBTRACT -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = a[aOffset + i] - b;
                }
            }
            case MULTIPLY -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = a[aOffset + i] * b;
                }
            }
            case DIVIDE -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = a[aOffset + i] / b;
                }
            }
            case FLOOR_DIVIDE -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = FloatMath.floor(a[aOffset + i] / b);
                }
            }
            case MODULO -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = FloatMath.modulo(a[aOffset + i], b);
                }
            }
            case POWER -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = (float) Math.pow(a[aOffset + i], b);
                }
            }
            case MAXIMUM -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = Math.max(a[aOffset + i], b);
                }
            }
            case MINIMUM -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = Math.min(a[aOffset + i], b);
                }
            }
            case ATAN2 -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = (float) Math.atan2(a[aOffset + i], b);
                }
            }
            case EQUAL -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = truth(a[aOffset + i] == b);
                }
            }
            case NOT_EQUAL -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = truth(a[aOffset + i] != b);
                }
            }
            case LESS -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = truth(a[aOffset + i] < b);
                }
            }
            case LESS_EQUAL -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = truth(a[aOffset + i] <= b);
                }
            }
            case GREATER -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = truth(a[aOffset + i] > b);
                }
            }
            case GREATER_EQUAL -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = truth(a[aOffset + i] >= b);
                }
            }
            case AND -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = truth(a[aOffset + i] != 0f && b != 0f);
                }
            }
            case OR -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = truth(a[aOffset + i] != 0f || b != 0f);
                }
            }
            case XOR -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = truth((a[aOffset + i] != 0f) != (b != 0f));
                }
            }
            case BITWISE_AND, BITWISE_OR, BITWISE_XOR, SHIFT_LEFT, SHIFT_RIGHT -> throw integersOnly(f);
        }
    }

    @Override
    public void scalarBinary(BinaryFunction f, float a, float[] b, int bOffset, float[] y, int yOffset, int n) {
        switch (f) {
            case ADD -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = a + b[bOffset + i];
                }
            }
            case SUBTRACT -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = a - b[bOffset + i];
                }
            }
            case MULTIPLY -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = a * b[bOffset + i];
                }
            }
            case DIVIDE -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = a / b[bOffset + i];
                }
            }
            case FLOOR_DIVIDE -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = FloatMath.floor(a / b[bOffset + i]);
                }
            }
            case MODULO -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = FloatMath.modulo(a, b[bOffset + i]);
                }
            }
            case POWER -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = (float) Math.pow(a, b[bOffset + i]);
                }
            }
            case MAXIMUM -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = Math.max(a, b[bOffset + i]);
                }
            }
            case MINIMUM -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = Math.min(a, b[bOffset + i]);
                }
            }
            case ATAN2 -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = (float) Math.atan2(a, b[bOffset + i]);
                }
            }
            case EQUAL -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = truth(a == b[bOffset + i]);
                }
            }
            case NOT_EQUAL -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = truth(a != b[bOffset + i]);
                }
            }
            case LESS -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = truth(a < b[bOffset + i]);
                }
            }
            case LESS_EQUAL -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = truth(a <= b[bOffset + i]);
                }
            }
            case GREATER -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = truth(a > b[bOffset + i]);
                }
            }
            case GREATER_EQUAL -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = truth(a >= b[bOffset + i]);
                }
            }
            case AND -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = truth(a != 0f && b[bOffset + i] != 0f);
                }
            }
            case OR -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = truth(a != 0f || b[bOffset + i] != 0f);
                }
            }
            case XOR -> {
                for (int i = 0; i < n; i++) {
                    y[yOffset + i] = truth((a != 0f) != (b[bOffset + i] != 0f));
                }
            }
            case BITWISE_AND, BITWISE_OR, BITWISE_XOR, SHIFT_LEFT, SHIFT_RIGHT -> throw integersOnly(f);
        }
    }

    @Override
    public void select(
            float[] condition,
            int cOffset,
            float[] a,
            int aOffset,
            float[] b,
            int bOffset,
            float[] y,
            int yOffset,
            int n) {
        for (int i = 0; i < n; i++) {
            y[yOffset + i] = condition[cOffset + i] != 0f ? a[aOffset + i] : b[bOffset + i];
        }
    }

    @Override
    public void multiplyAdd(
            float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset, float[] y, int yOffset, int n) {
        for (int i = 0; i < n; i++) {
            y[yOffset + i] = Math.fma(a[aOffset + i], b[bOffset + i], c[cOffset + i]);
        }
    }

    private static float truth(boolean value) {
        return value ? 1f : 0f;
    }

    /** {@code log(|x| + √(x² + 1))} with x's sign, by log1p near zero. */
    private static float asinh(float x) {
        double t = Math.abs((double) x);
        double r = Double.isInfinite(t) ? t : Math.log1p(t + t * t / (1 + Math.sqrt(t * t + 1)));
        return Math.copySign((float) r, x);
    }

    private static float acosh(float x) {
        if (x < 1f || x == Float.POSITIVE_INFINITY) {
            return x < 1f ? Float.NaN : x;
        }
        double t = (double) x - 1; // near 1 the difference is exact
        return (float) Math.log1p(t + Math.sqrt(t * (t + 2)));
    }

    private static float atanh(float x) {
        double t = Math.abs((double) x);
        return Math.copySign((float) (0.5 * Math.log1p(2 * t / (1 - t))), x);
    }

    private static IllegalArgumentException integersOnly(Enum<?> f) {
        return new IllegalArgumentException(f + " takes integers only. Received: float32");
    }
}
