package io.argali.runtime.kernel;

/**
 * Elementary functions in float arithmetic, within 2 units in the last place. The vector kernels follow the same formulas step by
 * step, so both give the same bits; and HotSpot can vectorise a loop over one of these, which it cannot with {@link Math#exp}.
 *
 * <p>The approximations of exp, log and erf are Norbert Juffa's (minimax polynomials found by the Remez algorithm, published on
 * forums.developer.nvidia.com and stackoverflow.com/a/35148199); tanh's near zero is Cephes' {@code tanhf.c}; the inverse error
 * function is Mike Giles, "Approximating the erfinv function", GPU Computing Gems (2012).
 */
public final class FloatMath {
    public static final float LOG2_E = 1.442695f;
    public static final float LN_2_HIGH = 6.93145752e-1f;
    public static final float LN_2_LOW = 1.42860677e-6f;
    public static final float LN_2 = 0.693147182f;

    /** Adding 1.5 · 2^23 leaves the nearest integer in the low bits. */
    public static final float ROUNDER = 12582912f;

    public static final int ROUNDER_BITS = 0x4B400000;

    /** 2^23: from here on every float is an integer. */
    public static final float INTEGERS = 8388608f;

    /** Beyond these exp is infinite, or less than half the smallest float. */
    public static final float EXP_MAX = 89f;

    public static final float EXP_MIN = -104f;

    /** Below, {@code e^x - 1} is -1. */
    public static final float EXPM1_MIN = -20f;

    public static final float EXP_6 = 1.37805939e-3f;
    public static final float EXP_5 = 8.37312452e-3f;
    public static final float EXP_4 = 4.16695364e-2f;
    public static final float EXP_3 = 1.66664720e-1f;
    public static final float EXP_2 = 4.99999851e-1f;

    /** Bits of 2/3: the mantissa is taken from [2/3, 4/3). */
    public static final int TWO_THIRDS_BITS = 0x3F2AAAAB;

    public static final int EXPONENT_MASK = 0xFF800000;

    /** 2^-23: an exponent still in its place in the bits becomes a number. */
    public static final float EXPONENT_UNIT = 1.19209290e-7f;

    public static final float LOG_R4 = -0.130310059f;
    public static final float LOG_T3 = 0.140869141f;
    public static final float LOG_R3 = -0.121484190f;
    public static final float LOG_T2 = 0.139814854f;
    public static final float LOG_R2 = -0.166846052f;
    public static final float LOG_T1 = 0.200120345f;
    public static final float LOG_R1 = -0.249996200f;
    public static final float LOG_R0 = 0.333331972f;

    /** Below, tanh is a polynomial; above, it comes from exp. */
    public static final float TANH_SMALL = 0.625f;

    /** From here on tanh is 1. */
    public static final float TANH_ONE = 9.5f;

    public static final float TANH_4 = -5.70498872745e-3f;
    public static final float TANH_3 = 2.06390887954e-2f;
    public static final float TANH_2 = -5.37397155531e-2f;
    public static final float TANH_1 = 1.33314422036e-1f;
    public static final float TANH_0 = -3.33332819422e-1f;

    /** Below, erf is a polynomial; above, it comes from exp. */
    public static final float ERF_SMALL = 0.927734375f;

    public static final float ERF_6 = -1.72853470e-5f;
    public static final float ERF_5 = 3.83197126e-4f;
    public static final float ERF_4 = -3.88396438e-3f;
    public static final float ERF_3 = 2.42546219e-2f;
    public static final float ERF_2 = -1.06777877e-1f;
    public static final float ERF_1 = -6.34846687e-1f;
    public static final float ERF_0 = -1.28717512e-1f;
    public static final float ERF_S5 = -5.96761703e-4f;
    public static final float ERF_S4 = 4.99119423e-3f;
    public static final float ERF_S3 = -2.67681349e-2f;
    public static final float ERF_S2 = 1.12819925e-1f;
    public static final float ERF_S1 = -3.76125336e-1f;
    public static final float ERF_S0 = 1.28379166e-1f;

    private FloatMath() {}

    /** {@code e^x = 2^n · e^r}, |r| ≤ ln(2) / 2. The scale goes on in two steps, so that the smallest results come out rounded. */
    public static float exp(float x) {
        float z = x > EXP_MAX ? EXP_MAX : x;
        z = z < EXP_MIN ? EXP_MIN : z;
        float shifted = Math.fma(z, LOG2_E, ROUNDER);
        float n = shifted - ROUNDER;
        float r = Math.fma(n, -LN_2_LOW, Math.fma(n, -LN_2_HIGH, z));
        float p = Math.fma(EXP_6, r, EXP_5);
        p = Math.fma(p, r, EXP_4);
        p = Math.fma(p, r, EXP_3);
        p = Math.fma(p, r, EXP_2);
        p = Math.fma(p, r, 1f);
        p = Math.fma(p, r, 1f);
        int exponent = Float.floatToRawIntBits(shifted) - ROUNDER_BITS;
        int half = exponent >> 1;
        return p * power(half) * power(exponent - half);
    }

    /** {@code e^x - 1}, exact near zero. */
    public static float expm1(float x) {
        float z = x > EXP_MAX ? EXP_MAX : x;
        z = z < EXPM1_MIN ? EXPM1_MIN : z;
        float shifted = Math.fma(z, LOG2_E, ROUNDER);
        float n = shifted - ROUNDER;
        float r = Math.fma(n, -LN_2_LOW, Math.fma(n, -LN_2_HIGH, z));
        float p = Math.fma(EXP_6, r, EXP_5);
        p = Math.fma(p, r, EXP_4);
        p = Math.fma(p, r, EXP_3);
        p = Math.fma(p, r, EXP_2);
        p = Math.fma(p * r, r, r);
        // 2^n overflows where the result does not yet: halve it, double the result
        float scale = power(Float.floatToRawIntBits(shifted) - ROUNDER_BITS - 1);
        float result = Math.fma(p, scale, scale - 0.5f);
        return result + result;
    }

    /** 2^n for a normal result. */
    private static float power(int n) {
        return Float.intBitsToFloat((n + 127) << 23);
    }

    /** {@code log(2^e · (1 + m)) = e · log(2) + log1p(m)}, m in [-1/3, 1/3]. */
    public static float log(float x) {
        boolean tiny = x < Float.MIN_NORMAL;
        float a = tiny ? x * INTEGERS : x;
        float bias = tiny ? -23f : 0f;
        int bits = Float.floatToRawIntBits(a);
        int e = (bits - TWO_THIRDS_BITS) & EXPONENT_MASK;
        float m = Float.intBitsToFloat(bits - e) - 1f;
        float exponent = Math.fma((float) e, EXPONENT_UNIT, bias);
        float s = m * m;
        float r = Math.fma(LOG_R4, s, LOG_R3);
        float t = Math.fma(LOG_T3, s, LOG_T2);
        r = Math.fma(r, s, LOG_R2);
        t = Math.fma(t, s, LOG_T1);
        r = Math.fma(r, s, LOG_R1);
        r = Math.fma(t, m, r);
        r = Math.fma(r, m, LOG_R0);
        r = Math.fma(r, m, -0.5f);
        r = Math.fma(r, s, m);
        r = Math.fma(exponent, LN_2, r);
        r = x < Float.POSITIVE_INFINITY ? r : x; // infinity and not-a-number
        r = x < 0f ? Float.NaN : r;
        return x == 0f ? Float.NEGATIVE_INFINITY : r;
    }

    /** {@code log(1 + x)}: the logarithm of the rounded sum, and what rounding lost. */
    public static float log1p(float x) {
        float u = 1f + x;
        float lost = (x - (u - 1f)) / u;
        float r = log(u);
        return Math.abs(r) < Float.POSITIVE_INFINITY ? r + lost : r;
    }

    /** {@code log(1 + e^x) = max(x, 0) + log1p(e^-|x|)}. */
    public static float softplus(float x) {
        return log1p(exp(-Math.abs(x))) + (x < 0f ? 0f : x);
    }

    /** {@code 1 / (1 + e^-x)}, from {@code e^-|x|}, which cannot overflow. */
    public static float sigmoid(float x) {
        float e = exp(-Math.abs(x));
        return (x < 0f ? e : 1f) / (1f + e);
    }

    public static float tanh(float x) {
        float t = Math.abs(x);
        float s = x * x;
        float p = Math.fma(TANH_4, s, TANH_3);
        p = Math.fma(p, s, TANH_2);
        p = Math.fma(p, s, TANH_1);
        p = Math.fma(p, s, TANH_0);
        float small = Math.fma(p * s, x, x);
        float e = exp(2f * (t > TANH_ONE ? TANH_ONE : t));
        float large = Math.copySign(1f - 2f / (e + 1f), x);
        return t < TANH_SMALL ? small : large;
    }

    /** The error function {@code 2/√π ∫₀ˣ exp(-t²) dt}. */
    public static float erf(float x) {
        float t = Math.abs(x);
        float s = x * x;
        float r = Math.fma(ERF_6, t, ERF_5);
        float u = Math.fma(ERF_4, t, ERF_3);
        r = Math.fma(r, s, u);
        r = Math.fma(r, t, ERF_2);
        r = Math.fma(r, t, ERF_1);
        r = Math.fma(r, t, ERF_0);
        r = Math.fma(r, t, -t);
        float large = Math.copySign(1f - exp(r), x);
        float p = Math.fma(ERF_S5, s, ERF_S4);
        p = Math.fma(p, s, ERF_S3);
        p = Math.fma(p, s, ERF_S2);
        p = Math.fma(p, s, ERF_S1);
        p = Math.fma(p, s, ERF_S0);
        float small = Math.fma(p, x, x);
        return t > ERF_SMALL ? large : small;
    }

    /** The inverse of {@link #erf}. */
    public static float erfInverse(float x) {
        if (Math.abs(x) == 1f) {
            return Math.copySign(Float.POSITIVE_INFINITY, x);
        }
        double w = -Math.log((1.0 - x) * (1.0 + x));
        double p;
        if (w < 5) {
            w -= 2.5;
            p = 2.81022636e-08;
            p = 3.43273939e-07 + p * w;
            p = -3.5233877e-06 + p * w;
            p = -4.39150654e-06 + p * w;
            p = 0.00021858087 + p * w;
            p = -0.00125372503 + p * w;
            p = -0.00417768164 + p * w;
            p = 0.246640727 + p * w;
            p = 1.50140941 + p * w;
        } else {
            w = Math.sqrt(w) - 3;
            p = -0.000200214257;
            p = 0.000100950558 + p * w;
            p = 0.00134934322 + p * w;
            p = -0.00367342844 + p * w;
            p = 0.00573950773 + p * w;
            p = -0.0076224613 + p * w;
            p = 0.00943887047 + p * w;
            p = 1.00167406 + p * w;
            p = 2.83297682 + p * w;
        }
        return (float) (p * x);
    }

    /** To the nearest integer, ties to even. */
    public static float rint(float x) {
        float t = Math.abs(x);
        return t < INTEGERS ? Math.copySign((t + INTEGERS) - INTEGERS, x) : x;
    }

    public static float floor(float x) {
        float r = rint(x);
        return r > x ? r - 1f : r;
    }

    public static float ceil(float x) {
        float r = rint(x);
        return r < x ? Math.copySign(r + 1f, x) : r;
    }

    /** Towards zero. */
    public static float truncate(float x) {
        return Math.copySign(floor(Math.abs(x)), x);
    }

    /** The remainder with the divisor's sign, as Python's {@code %}. */
    public static float modulo(float a, float b) {
        float r = a % b;
        return r != 0 && (r < 0) != (b < 0) ? r + b : r;
    }
}
