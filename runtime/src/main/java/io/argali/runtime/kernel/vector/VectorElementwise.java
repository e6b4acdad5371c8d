package io.argali.runtime.kernel.vector;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;

import io.argali.runtime.kernel.ElementwiseKernel;
import io.argali.runtime.kernel.FloatMath;
import io.argali.runtime.kernel.scalar.ScalarElementwise;
import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.UnaryFunction;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Elementwise functions over whole vectors; the rest of a run, and functions that no model spends time in, are left to the scalar
 * kernel, which computes the same bits. Each formula is the one of {@link FloatMath}; it is repeated where it is needed because
 * a vector handed to a method that is not inlined would be boxed.
 */
final class VectorElementwise implements ElementwiseKernel {
    private static final VectorSpecies<Float> SPECIES = Tiles.SPECIES;
    private static final int LANES = Tiles.LANES;

    private final ElementwiseKernel scalar = new ScalarElementwise();

    @Override
    public void unary(UnaryFunction f, float[] x, int xOffset, float[] y, int yOffset, int n) {
        int bound = SPECIES.loopBound(n);
        switch (f) {
            case NEGATE -> negate(x, xOffset, y, yOffset, bound);
            case ABS -> abs(x, xOffset, y, yOffset, bound);
            case RECIPROCAL -> reciprocal(x, xOffset, y, yOffset, bound);
            case SQUARE -> square(x, xOffset, y, yOffset, bound);
            case SQRT -> sqrt(x, xOffset, y, yOffset, bound);
            case RSQRT -> rsqrt(x, xOffset, y, yOffset, bound);
            case EXP -> exp(x, xOffset, y, yOffset, bound);
            case EXPM1 -> expm1(x, xOffset, y, yOffset, bound);
            case LOG -> log(x, xOffset, y, yOffset, bound);
            case LOG1P -> log1p(x, xOffset, y, yOffset, bound);
            case SOFTPLUS -> softplus(x, xOffset, y, yOffset, bound);
            case TANH -> tanh(x, xOffset, y, yOffset, bound);
            case SIGMOID -> sigmoid(x, xOffset, y, yOffset, bound);
            case RELU -> relu(x, xOffset, y, yOffset, bound);
            case ERF -> erf(x, xOffset, y, yOffset, bound);
            case FLOOR -> floor(x, xOffset, y, yOffset, bound);
            case CEIL -> ceil(x, xOffset, y, yOffset, bound);
            case ROUND -> rint(x, xOffset, y, yOffset, bound);
            case NOT -> not(x, xOffset, y, yOffset, bound);
            default -> bound = 0;
        }
        if (bound < n) {
            scalar.unary(f, x, xOffset + bound, y, yOffset + bound, n - bound);
        }
    }

    @Override
    public void binary(
            BinaryFunction f, float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset, int n) {
        int bound = SPECIES.loopBound(n);
        switch (f) {
            case ADD -> add(a, aOffset, b, bOffset, y, yOffset, bound);
            case SUBTRACT -> subtract(a, aOffset, b, bOffset, y, yOffset, bound);
            case MULTIPLY -> multiply(a, aOffset, b, bOffset, y, yOffset, bound);
            case DIVIDE -> divide(a, aOffset, b, bOffset, y, yOffset, bound);
            case MAXIMUM -> maximum(a, aOffset, b, bOffset, y, yOffset, bound);
            case MINIMUM -> minimum(a, aOffset, b, bOffset, y, yOffset, bound);
            case EQUAL -> equal(a, aOffset, b, bOffset, y, yOffset, bound);
            case NOT_EQUAL -> notEqual(a, aOffset, b, bOffset, y, yOffset, bound);
            case LESS -> less(a, aOffset, b, bOffset, y, yOffset, bound);
            case LESS_EQUAL -> lessEqual(a, aOffset, b, bOffset, y, yOffset, bound);
            case GREATER -> greater(a, aOffset, b, bOffset, y, yOffset, bound);
            case GREATER_EQUAL -> greaterEqual(a, aOffset, b, bOffset, y, yOffset, bound);
            default -> bound = 0;
        }
        if (bound < n) {
            scalar.binary(f, a, aOffset + bound, b, bOffset + bound, y, yOffset + bound, n - bound);
        }
    }

    @Override
    public void binaryScalar(BinaryFunction f, float[] a, int aOffset, float b, float[] y, int yOffset, int n) {
        if (f == BinaryFunction.POWER && b == 2f) {
            unary(UnaryFunction.SQUARE, a, aOffset, y, yOffset, n);
            return;
        }
        int bound = SPECIES.loopBound(n);
        switch (f) {
            case ADD -> add(a, aOffset, b, y, yOffset, bound);
            case SUBTRACT -> subtract(a, aOffset, b, y, yOffset, bound);
            case MULTIPLY -> multiply(a, aOffset, b, y, yOffset, bound);
            case DIVIDE -> divide(a, aOffset, b, y, yOffset, bound);
            case MAXIMUM -> maximum(a, aOffset, b, y, yOffset, bound);
            case MINIMUM -> minimum(a, aOffset, b, y, yOffset, bound);
            case EQUAL -> equal(a, aOffset, b, y, yOffset, bound);
            case NOT_EQUAL -> notEqual(a, aOffset, b, y, yOffset, bound);
            case LESS -> less(a, aOffset, b, y, yOffset, bound);
            case LESS_EQUAL -> lessEqual(a, aOffset, b, y, yOffset, bound);
            case GREATER -> greater(a, aOffset, b, y, yOffset, bound);
            case GREATER_EQUAL -> greaterEqual(a, aOffset, b, y, yOffset, bound);
            default -> bound = 0;
        }
        if (bound < n) {
            scalar.binaryScalar(f, a, aOffset + bound, b, y, yOffset + bound, n - bound);
        }
    }

    @Override
    public void scalarBinary(BinaryFunction f, float a, float[] b, int bOffset, float[] y, int yOffset, int n) {
        int bound = SPECIES.loopBound(n);
        switch (f) {
            case ADD -> add(b, bOffset, a, y, yOffset, bound);
            case SUBTRACT -> subtract(a, b, bOffset, y, yOffset, bound);
            case MULTIPLY -> multiply(b, bOffset, a, y, yOffset, bound);
            case DIVIDE -> divide(a, b, bOffset, y, yOffset, bound);
            case MAXIMUM -> maximum(b, bOffset, a, y, yOffset, bound);
            case MINIMUM -> minimum(b, bOffset, a, y, yOffset, bound);
            case EQUAL -> equal(b, bOffset, a, y, yOffset, bound);
            case NOT_EQUAL -> notEqual(b, bOffset, a, y, yOffset, bound);
            case LESS -> greater(b, bOffset, a, y, yOffset, bound);
            case LESS_EQUAL -> greaterEqual(b, bOffset, a, y, yOffset, bound);
            case GREATER -> less(b, bOffset, a, y, yOffset, bound);
            case GREATER_EQUAL -> lessEqual(b, bOffset, a, y, yOffset, bound);
            default -> bound = 0;
        }
        if (bound < n) {
            scalar.scalarBinary(f, a, b, bOffset + bound, y, yOffset + bound, n - bound);
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
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            VectorMask<Float> mask =
                    FloatVector.fromArray(SPECIES, condition, cOffset + i).compare(NE, 0f);
            FloatVector chosen = FloatVector.fromArray(SPECIES, a, aOffset + i);
            FloatVector other = FloatVector.fromArray(SPECIES, b, bOffset + i);
            other.blend(chosen, mask).intoArray(y, yOffset + i);
        }
        scalar.select(
                condition, cOffset + bound, a, aOffset + bound, b, bOffset + bound, y, yOffset + bound, n - bound);
    }

    @Override
    public void multiplyAdd(
            float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset, float[] y, int yOffset, int n) {
        int bound = SPECIES.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector factor = FloatVector.fromArray(SPECIES, b, bOffset + i);
            FloatVector term = FloatVector.fromArray(SPECIES, c, cOffset + i);
            FloatVector.fromArray(SPECIES, a, aOffset + i).fma(factor, term).intoArray(y, yOffset + i);
        }
        scalar.multiplyAdd(a, aOffset + bound, b, bOffset + bound, c, cOffset + bound, y, yOffset + bound, n - bound);
    }

    private static void negate(float[] x, int xOffset, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector x0 = FloatVector.fromArray(SPECIES, x, xOffset + i);
            (x0.neg()).intoArray(y, yOffset + i);
        }
    }

    private static void abs(float[] x, int xOffset, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector x0 = FloatVector.fromArray(SPECIES, x, xOffset + i);
            (x0.abs()).intoArray(y, yOffset + i);
        }
    }

    private static void reciprocal(float[] x, int xOffset, float[] y, int yOffset, int bound) {
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector x0 = FloatVector.fromArray(SPECIES, x, xOffset + i);
            (one.div(x0)).intoArray(y, yOffset + i);
        }
    }

    private static void square(float[] x, int xOffset, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector x0 = FloatVector.fromArray(SPECIES, x, xOffset + i);
            (x0.mul(x0)).intoArray(y, yOffset + i);
        }
    }

    private static void sqrt(float[] x, int xOffset, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector x0 = FloatVector.fromArray(SPECIES, x, xOffset + i);
            (x0.sqrt()).intoArray(y, yOffset + i);
        }
    }

    private static void rsqrt(float[] x, int xOffset, float[] y, int yOffset, int bound) {
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector x0 = FloatVector.fromArray(SPECIES, x, xOffset + i);
            (one.div(x0.sqrt())).intoArray(y, yOffset + i);
        }
    }

    private static void exp(float[] x, int xOffset, float[] y, int yOffset, int bound) {
        FloatVector log2e = FloatVector.broadcast(SPECIES, FloatMath.LOG2_E);
        FloatVector rounder = FloatVector.broadcast(SPECIES, FloatMath.ROUNDER);
        FloatVector minusLn2High = FloatVector.broadcast(SPECIES, -FloatMath.LN_2_HIGH);
        FloatVector minusLn2Low = FloatVector.broadcast(SPECIES, -FloatMath.LN_2_LOW);
        FloatVector exp6 = FloatVector.broadcast(SPECIES, FloatMath.EXP_6);
        FloatVector exp5 = FloatVector.broadcast(SPECIES, FloatMath.EXP_5);
        FloatVector exp4 = FloatVector.broadcast(SPECIES, FloatMath.EXP_4);
        FloatVector exp3 = FloatVector.broadcast(SPECIES, FloatMath.EXP_3);
        FloatVector exp2 = FloatVector.broadcast(SPECIES, FloatMath.EXP_2);
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector x0 = FloatVector.fromArray(SPECIES, x, xOffset + i);
            FloatVector z = x0;
            z = z.blend(FloatMath.EXP_MAX, z.compare(GT, FloatMath.EXP_MAX));
            z = z.blend(FloatMath.EXP_MIN, z.compare(LT, FloatMath.EXP_MIN));
            FloatVector shifted = z.fma(log2e, rounder);
            FloatVector n = shifted.sub(rounder);
            FloatVector r = n.fma(minusLn2Low, n.fma(minusLn2High, z));
            FloatVector p = exp6.fma(r, exp5);
            p = p.fma(r, exp4);
            p = p.fma(r, exp3);
            p = p.fma(r, exp2);
            p = p.fma(r, one);
            p = p.fma(r, one);
            IntVector exponent = shifted.reinterpretAsInts().sub(FloatMath.ROUNDER_BITS);
            IntVector half = exponent.lanewise(ASHR, 1);
            FloatVector low = half.add(127).lanewise(LSHL, 23).reinterpretAsFloats();
            FloatVector high = exponent.sub(half).add(127).lanewise(LSHL, 23).reinterpretAsFloats();
            FloatVector e = p.mul(low).mul(high);
            e.intoArray(y, yOffset + i);
        }
    }

    private static void expm1(float[] x, int xOffset, float[] y, int yOffset, int bound) {
        FloatVector log2e = FloatVector.broadcast(SPECIES, FloatMath.LOG2_E);
        FloatVector rounder = FloatVector.broadcast(SPECIES, FloatMath.ROUNDER);
        FloatVector minusLn2High = FloatVector.broadcast(SPECIES, -FloatMath.LN_2_HIGH);
        FloatVector minusLn2Low = FloatVector.broadcast(SPECIES, -FloatMath.LN_2_LOW);
        FloatVector exp6 = FloatVector.broadcast(SPECIES, FloatMath.EXP_6);
        FloatVector exp5 = FloatVector.broadcast(SPECIES, FloatMath.EXP_5);
        FloatVector exp4 = FloatVector.broadcast(SPECIES, FloatMath.EXP_4);
        FloatVector exp3 = FloatVector.broadcast(SPECIES, FloatMath.EXP_3);
        FloatVector exp2 = FloatVector.broadcast(SPECIES, FloatMath.EXP_2);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector z = FloatVector.fromArray(SPECIES, x, xOffset + i);
            z = z.blend(FloatMath.EXP_MAX, z.compare(GT, FloatMath.EXP_MAX));
            z = z.blend(FloatMath.EXPM1_MIN, z.compare(LT, FloatMath.EXPM1_MIN));
            FloatVector shifted = z.fma(log2e, rounder);
            FloatVector n = shifted.sub(rounder);
            FloatVector r = n.fma(minusLn2Low, n.fma(minusLn2High, z));
            FloatVector p = exp6.fma(r, exp5);
            p = p.fma(r, exp4);
            p = p.fma(r, exp3);
            p = p.fma(r, exp2);
            p = p.mul(r).fma(r, r);
            IntVector exponent = shifted.reinterpretAsInts().sub(FloatMath.ROUNDER_BITS - 126);
            FloatVector scale = exponent.lanewise(LSHL, 23).reinterpretAsFloats();
            FloatVector result = p.fma(scale, scale.sub(0.5f));
            result.add(result).intoArray(y, yOffset + i);
        }
    }

    private static void log(float[] x, int xOffset, float[] y, int yOffset, int bound) {
        FloatVector exponentUnit = FloatVector.broadcast(SPECIES, FloatMath.EXPONENT_UNIT);
        FloatVector logR4 = FloatVector.broadcast(SPECIES, FloatMath.LOG_R4);
        FloatVector logR3 = FloatVector.broadcast(SPECIES, FloatMath.LOG_R3);
        FloatVector logR2 = FloatVector.broadcast(SPECIES, FloatMath.LOG_R2);
        FloatVector logR1 = FloatVector.broadcast(SPECIES, FloatMath.LOG_R1);
        FloatVector logR0 = FloatVector.broadcast(SPECIES, FloatMath.LOG_R0);
        FloatVector logT3 = FloatVector.broadcast(SPECIES, FloatMath.LOG_T3);
        FloatVector logT2 = FloatVector.broadcast(SPECIES, FloatMath.LOG_T2);
        FloatVector logT1 = FloatVector.broadcast(SPECIES, FloatMath.LOG_T1);
        FloatVector minusHalf = FloatVector.broadcast(SPECIES, -0.5f);
        FloatVector ln2 = FloatVector.broadcast(SPECIES, FloatMath.LN_2);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector x0 = FloatVector.fromArray(SPECIES, x, xOffset + i);
            FloatVector u = x0;
            VectorMask<Float> tiny = u.compare(LT, Float.MIN_NORMAL);
            IntVector bits = u.blend(u.mul(FloatMath.INTEGERS), tiny).reinterpretAsInts();
            IntVector e = bits.sub(FloatMath.TWO_THIRDS_BITS).and(FloatMath.EXPONENT_MASK);
            FloatVector m = bits.sub(e).reinterpretAsFloats().sub(1f);
            FloatVector bias = FloatVector.zero(SPECIES).blend(-23f, tiny);
            FloatVector power = ((FloatVector) e.convert(VectorOperators.I2F, 0)).fma(exponentUnit, bias);
            FloatVector s = m.mul(m);
            FloatVector q = logR4.fma(s, logR3);
            FloatVector t = logT3.fma(s, logT2);
            q = q.fma(s, logR2);
            t = t.fma(s, logT1);
            q = q.fma(s, logR1);
            q = t.fma(m, q);
            q = q.fma(m, logR0);
            q = q.fma(m, minusHalf);
            q = q.fma(s, m);
            q = power.fma(ln2, q);
            q = u.blend(q, u.compare(LT, Float.POSITIVE_INFINITY));
            q = q.blend(Float.NaN, u.compare(LT, 0f));
            FloatVector l = q.blend(Float.NEGATIVE_INFINITY, u.compare(EQ, 0f));
            l.intoArray(y, yOffset + i);
        }
    }

    private static void log1p(float[] x, int xOffset, float[] y, int yOffset, int bound) {
        FloatVector exponentUnit = FloatVector.broadcast(SPECIES, FloatMath.EXPONENT_UNIT);
        FloatVector logR4 = FloatVector.broadcast(SPECIES, FloatMath.LOG_R4);
        FloatVector logR3 = FloatVector.broadcast(SPECIES, FloatMath.LOG_R3);
        FloatVector logR2 = FloatVector.broadcast(SPECIES, FloatMath.LOG_R2);
        FloatVector logR1 = FloatVector.broadcast(SPECIES, FloatMath.LOG_R1);
        FloatVector logR0 = FloatVector.broadcast(SPECIES, FloatMath.LOG_R0);
        FloatVector logT3 = FloatVector.broadcast(SPECIES, FloatMath.LOG_T3);
        FloatVector logT2 = FloatVector.broadcast(SPECIES, FloatMath.LOG_T2);
        FloatVector logT1 = FloatVector.broadcast(SPECIES, FloatMath.LOG_T1);
        FloatVector minusHalf = FloatVector.broadcast(SPECIES, -0.5f);
        FloatVector ln2 = FloatVector.broadcast(SPECIES, FloatMath.LN_2);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector x0 = FloatVector.fromArray(SPECIES, x, xOffset + i);
            FloatVector u = x0.add(1f);
            VectorMask<Float> tiny = u.compare(LT, Float.MIN_NORMAL);
            IntVector bits = u.blend(u.mul(FloatMath.INTEGERS), tiny).reinterpretAsInts();
            IntVector e = bits.sub(FloatMath.TWO_THIRDS_BITS).and(FloatMath.EXPONENT_MASK);
            FloatVector m = bits.sub(e).reinterpretAsFloats().sub(1f);
            FloatVector bias = FloatVector.zero(SPECIES).blend(-23f, tiny);
            FloatVector power = ((FloatVector) e.convert(VectorOperators.I2F, 0)).fma(exponentUnit, bias);
            FloatVector s = m.mul(m);
            FloatVector q = logR4.fma(s, logR3);
            FloatVector t = logT3.fma(s, logT2);
            q = q.fma(s, logR2);
            t = t.fma(s, logT1);
            q = q.fma(s, logR1);
            q = t.fma(m, q);
            q = q.fma(m, logR0);
            q = q.fma(m, minusHalf);
            q = q.fma(s, m);
            q = power.fma(ln2, q);
            q = u.blend(q, u.compare(LT, Float.POSITIVE_INFINITY));
            q = q.blend(Float.NaN, u.compare(LT, 0f));
            FloatVector l = q.blend(Float.NEGATIVE_INFINITY, u.compare(EQ, 0f));
            FloatVector lost = x0.sub(u.sub(1f)).div(u);
            (l.blend(l.add(lost), l.abs().compare(LT, Float.POSITIVE_INFINITY))).intoArray(y, yOffset + i);
        }
    }

    private static void softplus(float[] x, int xOffset, float[] y, int yOffset, int bound) {
        FloatVector log2e = FloatVector.broadcast(SPECIES, FloatMath.LOG2_E);
        FloatVector rounder = FloatVector.broadcast(SPECIES, FloatMath.ROUNDER);
        FloatVector minusLn2High = FloatVector.broadcast(SPECIES, -FloatMath.LN_2_HIGH);
        FloatVector minusLn2Low = FloatVector.broadcast(SPECIES, -FloatMath.LN_2_LOW);
        FloatVector exp6 = FloatVector.broadcast(SPECIES, FloatMath.EXP_6);
        FloatVector exp5 = FloatVector.broadcast(SPECIES, FloatMath.EXP_5);
        FloatVector exp4 = FloatVector.broadcast(SPECIES, FloatMath.EXP_4);
        FloatVector exp3 = FloatVector.broadcast(SPECIES, FloatMath.EXP_3);
        FloatVector exp2 = FloatVector.broadcast(SPECIES, FloatMath.EXP_2);
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        FloatVector exponentUnit = FloatVector.broadcast(SPECIES, FloatMath.EXPONENT_UNIT);
        FloatVector logR4 = FloatVector.broadcast(SPECIES, FloatMath.LOG_R4);
        FloatVector logR3 = FloatVector.broadcast(SPECIES, FloatMath.LOG_R3);
        FloatVector logR2 = FloatVector.broadcast(SPECIES, FloatMath.LOG_R2);
        FloatVector logR1 = FloatVector.broadcast(SPECIES, FloatMath.LOG_R1);
        FloatVector logR0 = FloatVector.broadcast(SPECIES, FloatMath.LOG_R0);
        FloatVector logT3 = FloatVector.broadcast(SPECIES, FloatMath.LOG_T3);
        FloatVector logT2 = FloatVector.broadcast(SPECIES, FloatMath.LOG_T2);
        FloatVector logT1 = FloatVector.broadcast(SPECIES, FloatMath.LOG_T1);
        FloatVector minusHalf = FloatVector.broadcast(SPECIES, -0.5f);
        FloatVector ln2 = FloatVector.broadcast(SPECIES, FloatMath.LN_2);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector x0 = FloatVector.fromArray(SPECIES, x, xOffset + i);
            FloatVector z = x0.abs().neg();
            z = z.blend(FloatMath.EXP_MIN, z.compare(LT, FloatMath.EXP_MIN));
            FloatVector shifted = z.fma(log2e, rounder);
            FloatVector n = shifted.sub(rounder);
            FloatVector r = n.fma(minusLn2Low, n.fma(minusLn2High, z));
            FloatVector p = exp6.fma(r, exp5);
            p = p.fma(r, exp4);
            p = p.fma(r, exp3);
            p = p.fma(r, exp2);
            p = p.fma(r, one);
            p = p.fma(r, one);
            // 2^n with n from -151 to 0: with 64 added it is a normal number, and only the last product rounds.
            IntVector exponent = shifted.reinterpretAsInts().sub(FloatMath.ROUNDER_BITS - 127 - 64);
            FloatVector scale = exponent.lanewise(LSHL, 23).reinterpretAsFloats();
            FloatVector e1 = p.mul(scale).mul(0x1p-64f);
            FloatVector u = e1.add(1f);
            VectorMask<Float> tiny = u.compare(LT, Float.MIN_NORMAL);
            IntVector bits = u.blend(u.mul(FloatMath.INTEGERS), tiny).reinterpretAsInts();
            IntVector e = bits.sub(FloatMath.TWO_THIRDS_BITS).and(FloatMath.EXPONENT_MASK);
            FloatVector m = bits.sub(e).reinterpretAsFloats().sub(1f);
            FloatVector bias = FloatVector.zero(SPECIES).blend(-23f, tiny);
            FloatVector power = ((FloatVector) e.convert(VectorOperators.I2F, 0)).fma(exponentUnit, bias);
            FloatVector s = m.mul(m);
            FloatVector q = logR4.fma(s, logR3);
            FloatVector t = logT3.fma(s, logT2);
            q = q.fma(s, logR2);
            t = t.fma(s, logT1);
            q = q.fma(s, logR1);
            q = t.fma(m, q);
            q = q.fma(m, logR0);
            q = q.fma(m, minusHalf);
            q = q.fma(s, m);
            q = power.fma(ln2, q);
            q = u.blend(q, u.compare(LT, Float.POSITIVE_INFINITY));
            q = q.blend(Float.NaN, u.compare(LT, 0f));
            FloatVector l = q.blend(Float.NEGATIVE_INFINITY, u.compare(EQ, 0f));
            FloatVector lost = e1.sub(u.sub(1f)).div(u);
            l = l.blend(l.add(lost), l.abs().compare(LT, Float.POSITIVE_INFINITY));
            (l.add(x0.blend(0f, x0.compare(LT, 0f)))).intoArray(y, yOffset + i);
        }
    }

    private static void tanh(float[] x, int xOffset, float[] y, int yOffset, int bound) {
        FloatVector log2e = FloatVector.broadcast(SPECIES, FloatMath.LOG2_E);
        FloatVector rounder = FloatVector.broadcast(SPECIES, FloatMath.ROUNDER);
        FloatVector minusLn2High = FloatVector.broadcast(SPECIES, -FloatMath.LN_2_HIGH);
        FloatVector minusLn2Low = FloatVector.broadcast(SPECIES, -FloatMath.LN_2_LOW);
        FloatVector exp6 = FloatVector.broadcast(SPECIES, FloatMath.EXP_6);
        FloatVector exp5 = FloatVector.broadcast(SPECIES, FloatMath.EXP_5);
        FloatVector exp4 = FloatVector.broadcast(SPECIES, FloatMath.EXP_4);
        FloatVector exp3 = FloatVector.broadcast(SPECIES, FloatMath.EXP_3);
        FloatVector exp2 = FloatVector.broadcast(SPECIES, FloatMath.EXP_2);
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        FloatVector two = FloatVector.broadcast(SPECIES, 2f);
        FloatVector tanh0 = FloatVector.broadcast(SPECIES, FloatMath.TANH_0);
        FloatVector tanh1 = FloatVector.broadcast(SPECIES, FloatMath.TANH_1);
        FloatVector tanh2 = FloatVector.broadcast(SPECIES, FloatMath.TANH_2);
        FloatVector tanh3 = FloatVector.broadcast(SPECIES, FloatMath.TANH_3);
        FloatVector tanh4 = FloatVector.broadcast(SPECIES, FloatMath.TANH_4);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector x0 = FloatVector.fromArray(SPECIES, x, xOffset + i);
            FloatVector a = x0.abs();
            FloatVector s = x0.mul(x0);
            FloatVector q = tanh4.fma(s, tanh3);
            q = q.fma(s, tanh2);
            q = q.fma(s, tanh1);
            q = q.fma(s, tanh0);
            FloatVector small = q.mul(s).fma(x0, x0);
            FloatVector z = a.blend(FloatMath.TANH_ONE, a.compare(GT, FloatMath.TANH_ONE))
                    .mul(2f);
            FloatVector shifted = z.fma(log2e, rounder);
            FloatVector n = shifted.sub(rounder);
            FloatVector r = n.fma(minusLn2Low, n.fma(minusLn2High, z));
            FloatVector p = exp6.fma(r, exp5);
            p = p.fma(r, exp4);
            p = p.fma(r, exp3);
            p = p.fma(r, exp2);
            p = p.fma(r, one);
            p = p.fma(r, one);
            // 2^n with n from 0 to 28: one scale is enough.
            IntVector exponent = shifted.reinterpretAsInts().sub(FloatMath.ROUNDER_BITS - 127);
            FloatVector scale = exponent.lanewise(LSHL, 23).reinterpretAsFloats();
            FloatVector e = p.mul(scale);
            FloatVector large = one.sub(two.div(e.add(1f)));
            large = large.reinterpretAsInts()
                    .and(0x7FFFFFFF)
                    .or(x0.reinterpretAsInts().and(0x80000000))
                    .reinterpretAsFloats();
            (large.blend(small, a.compare(LT, FloatMath.TANH_SMALL))).intoArray(y, yOffset + i);
        }
    }

    private static void sigmoid(float[] x, int xOffset, float[] y, int yOffset, int bound) {
        FloatVector log2e = FloatVector.broadcast(SPECIES, FloatMath.LOG2_E);
        FloatVector rounder = FloatVector.broadcast(SPECIES, FloatMath.ROUNDER);
        FloatVector minusLn2High = FloatVector.broadcast(SPECIES, -FloatMath.LN_2_HIGH);
        FloatVector minusLn2Low = FloatVector.broadcast(SPECIES, -FloatMath.LN_2_LOW);
        FloatVector exp6 = FloatVector.broadcast(SPECIES, FloatMath.EXP_6);
        FloatVector exp5 = FloatVector.broadcast(SPECIES, FloatMath.EXP_5);
        FloatVector exp4 = FloatVector.broadcast(SPECIES, FloatMath.EXP_4);
        FloatVector exp3 = FloatVector.broadcast(SPECIES, FloatMath.EXP_3);
        FloatVector exp2 = FloatVector.broadcast(SPECIES, FloatMath.EXP_2);
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector x0 = FloatVector.fromArray(SPECIES, x, xOffset + i);
            FloatVector z = x0.abs().neg();
            z = z.blend(FloatMath.EXP_MIN, z.compare(LT, FloatMath.EXP_MIN));
            FloatVector shifted = z.fma(log2e, rounder);
            FloatVector n = shifted.sub(rounder);
            FloatVector r = n.fma(minusLn2Low, n.fma(minusLn2High, z));
            FloatVector p = exp6.fma(r, exp5);
            p = p.fma(r, exp4);
            p = p.fma(r, exp3);
            p = p.fma(r, exp2);
            p = p.fma(r, one);
            p = p.fma(r, one);
            // 2^n with n from -151 to 0: with 64 added it is a normal number, and only the last product rounds.
            IntVector exponent = shifted.reinterpretAsInts().sub(FloatMath.ROUNDER_BITS - 127 - 64);
            FloatVector scale = exponent.lanewise(LSHL, 23).reinterpretAsFloats();
            FloatVector e = p.mul(scale).mul(0x1p-64f);
            (one.blend(e, x0.compare(LT, 0f)).div(e.add(1f))).intoArray(y, yOffset + i);
        }
    }

    private static void relu(float[] x, int xOffset, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector x0 = FloatVector.fromArray(SPECIES, x, xOffset + i);
            (x0.blend(0f, x0.compare(LT, 0f))).intoArray(y, yOffset + i);
        }
    }

    private static void erf(float[] x, int xOffset, float[] y, int yOffset, int bound) {
        FloatVector log2e = FloatVector.broadcast(SPECIES, FloatMath.LOG2_E);
        FloatVector rounder = FloatVector.broadcast(SPECIES, FloatMath.ROUNDER);
        FloatVector minusLn2High = FloatVector.broadcast(SPECIES, -FloatMath.LN_2_HIGH);
        FloatVector minusLn2Low = FloatVector.broadcast(SPECIES, -FloatMath.LN_2_LOW);
        FloatVector exp6 = FloatVector.broadcast(SPECIES, FloatMath.EXP_6);
        FloatVector exp5 = FloatVector.broadcast(SPECIES, FloatMath.EXP_5);
        FloatVector exp4 = FloatVector.broadcast(SPECIES, FloatMath.EXP_4);
        FloatVector exp3 = FloatVector.broadcast(SPECIES, FloatMath.EXP_3);
        FloatVector exp2 = FloatVector.broadcast(SPECIES, FloatMath.EXP_2);
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        FloatVector erf0 = FloatVector.broadcast(SPECIES, FloatMath.ERF_0);
        FloatVector erf1 = FloatVector.broadcast(SPECIES, FloatMath.ERF_1);
        FloatVector erf2 = FloatVector.broadcast(SPECIES, FloatMath.ERF_2);
        FloatVector erf3 = FloatVector.broadcast(SPECIES, FloatMath.ERF_3);
        FloatVector erf4 = FloatVector.broadcast(SPECIES, FloatMath.ERF_4);
        FloatVector erf5 = FloatVector.broadcast(SPECIES, FloatMath.ERF_5);
        FloatVector erf6 = FloatVector.broadcast(SPECIES, FloatMath.ERF_6);
        FloatVector erfS0 = FloatVector.broadcast(SPECIES, FloatMath.ERF_S0);
        FloatVector erfS1 = FloatVector.broadcast(SPECIES, FloatMath.ERF_S1);
        FloatVector erfS2 = FloatVector.broadcast(SPECIES, FloatMath.ERF_S2);
        FloatVector erfS3 = FloatVector.broadcast(SPECIES, FloatMath.ERF_S3);
        FloatVector erfS4 = FloatVector.broadcast(SPECIES, FloatMath.ERF_S4);
        FloatVector erfS5 = FloatVector.broadcast(SPECIES, FloatMath.ERF_S5);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector x0 = FloatVector.fromArray(SPECIES, x, xOffset + i);
            FloatVector a = x0.abs();
            FloatVector s = x0.mul(x0);
            FloatVector v = erf6.fma(a, erf5);
            v = v.fma(s, erf4.fma(a, erf3));
            v = v.fma(a, erf2);
            v = v.fma(a, erf1);
            v = v.fma(a, erf0);
            v = v.fma(a, a.neg());
            FloatVector z = v;
            z = z.blend(FloatMath.EXP_MIN, z.compare(LT, FloatMath.EXP_MIN));
            FloatVector shifted = z.fma(log2e, rounder);
            FloatVector n = shifted.sub(rounder);
            FloatVector r = n.fma(minusLn2Low, n.fma(minusLn2High, z));
            FloatVector p = exp6.fma(r, exp5);
            p = p.fma(r, exp4);
            p = p.fma(r, exp3);
            p = p.fma(r, exp2);
            p = p.fma(r, one);
            p = p.fma(r, one);
            IntVector exponent = shifted.reinterpretAsInts().sub(FloatMath.ROUNDER_BITS);
            IntVector half = exponent.lanewise(ASHR, 1);
            FloatVector low = half.add(127).lanewise(LSHL, 23).reinterpretAsFloats();
            FloatVector high = exponent.sub(half).add(127).lanewise(LSHL, 23).reinterpretAsFloats();
            FloatVector e = p.mul(low).mul(high);
            FloatVector large = one.sub(e);
            large = large.reinterpretAsInts()
                    .and(0x7FFFFFFF)
                    .or(x0.reinterpretAsInts().and(0x80000000))
                    .reinterpretAsFloats();
            FloatVector q = erfS5.fma(s, erfS4);
            q = q.fma(s, erfS3);
            q = q.fma(s, erfS2);
            q = q.fma(s, erfS1);
            q = q.fma(s, erfS0);
            FloatVector small = q.fma(x0, x0);
            (small.blend(large, a.compare(GT, FloatMath.ERF_SMALL))).intoArray(y, yOffset + i);
        }
    }

    private static void floor(float[] x, int xOffset, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector x0 = FloatVector.fromArray(SPECIES, x, xOffset + i);
            FloatVector t = x0.abs();
            FloatVector near = t.add(FloatMath.INTEGERS).sub(FloatMath.INTEGERS);
            FloatVector r = x0.blend(
                    near.reinterpretAsInts()
                            .and(0x7FFFFFFF)
                            .or(x0.reinterpretAsInts().and(0x80000000))
                            .reinterpretAsFloats(),
                    t.compare(LT, FloatMath.INTEGERS));
            (r.blend(r.sub(1f), r.compare(GT, x0))).intoArray(y, yOffset + i);
        }
    }

    private static void ceil(float[] x, int xOffset, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector x0 = FloatVector.fromArray(SPECIES, x, xOffset + i);
            FloatVector t = x0.abs();
            FloatVector near = t.add(FloatMath.INTEGERS).sub(FloatMath.INTEGERS);
            FloatVector r = x0.blend(
                    near.reinterpretAsInts()
                            .and(0x7FFFFFFF)
                            .or(x0.reinterpretAsInts().and(0x80000000))
                            .reinterpretAsFloats(),
                    t.compare(LT, FloatMath.INTEGERS));
            FloatVector next = r.add(1f);
            (r.blend(
                            next.reinterpretAsInts()
                                    .and(0x7FFFFFFF)
                                    .or(x0.reinterpretAsInts().and(0x80000000))
                                    .reinterpretAsFloats(),
                            r.compare(LT, x0)))
                    .intoArray(y, yOffset + i);
        }
    }

    private static void rint(float[] x, int xOffset, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector x0 = FloatVector.fromArray(SPECIES, x, xOffset + i);
            FloatVector t = x0.abs();
            FloatVector near = t.add(FloatMath.INTEGERS).sub(FloatMath.INTEGERS);
            FloatVector r = x0.blend(
                    near.reinterpretAsInts()
                            .and(0x7FFFFFFF)
                            .or(x0.reinterpretAsInts().and(0x80000000))
                            .reinterpretAsFloats(),
                    t.compare(LT, FloatMath.INTEGERS));
            r.intoArray(y, yOffset + i);
        }
    }

    private static void not(float[] x, int xOffset, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector x0 = FloatVector.fromArray(SPECIES, x, xOffset + i);
            (FloatVector.zero(SPECIES).blend(1f, x0.compare(EQ, 0f))).intoArray(y, yOffset + i);
        }
    }

    private static void add(float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, b, bOffset + i);
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOffset + i);
            u.add(v).intoArray(y, yOffset + i);
        }
    }

    private static void add(float[] a, int aOffset, float b, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOffset + i);
            u.add(b).intoArray(y, yOffset + i);
        }
    }

    private static void subtract(float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, b, bOffset + i);
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOffset + i);
            u.sub(v).intoArray(y, yOffset + i);
        }
    }

    private static void subtract(float[] a, int aOffset, float b, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOffset + i);
            u.sub(b).intoArray(y, yOffset + i);
        }
    }

    private static void subtract(float a, float[] b, int bOffset, float[] y, int yOffset, int bound) {
        FloatVector u = FloatVector.broadcast(SPECIES, a);
        for (int i = 0; i < bound; i += LANES) {
            u.sub(FloatVector.fromArray(SPECIES, b, bOffset + i)).intoArray(y, yOffset + i);
        }
    }

    private static void multiply(float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, b, bOffset + i);
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOffset + i);
            u.mul(v).intoArray(y, yOffset + i);
        }
    }

    private static void multiply(float[] a, int aOffset, float b, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOffset + i);
            u.mul(b).intoArray(y, yOffset + i);
        }
    }

    private static void divide(float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, b, bOffset + i);
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOffset + i);
            u.div(v).intoArray(y, yOffset + i);
        }
    }

    private static void divide(float[] a, int aOffset, float b, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOffset + i);
            u.div(b).intoArray(y, yOffset + i);
        }
    }

    private static void divide(float a, float[] b, int bOffset, float[] y, int yOffset, int bound) {
        FloatVector u = FloatVector.broadcast(SPECIES, a);
        for (int i = 0; i < bound; i += LANES) {
            u.div(FloatVector.fromArray(SPECIES, b, bOffset + i)).intoArray(y, yOffset + i);
        }
    }

    private static void maximum(float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, b, bOffset + i);
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOffset + i);
            u.max(v).intoArray(y, yOffset + i);
        }
    }

    private static void maximum(float[] a, int aOffset, float b, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOffset + i);
            u.max(b).intoArray(y, yOffset + i);
        }
    }

    private static void minimum(float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, b, bOffset + i);
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOffset + i);
            u.min(v).intoArray(y, yOffset + i);
        }
    }

    private static void minimum(float[] a, int aOffset, float b, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOffset + i);
            u.min(b).intoArray(y, yOffset + i);
        }
    }

    private static void equal(float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, b, bOffset + i);
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOffset + i);
            FloatVector.zero(SPECIES).blend(1f, u.compare(EQ, v)).intoArray(y, yOffset + i);
        }
    }

    private static void equal(float[] a, int aOffset, float b, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOffset + i);
            FloatVector.zero(SPECIES).blend(1f, u.compare(EQ, b)).intoArray(y, yOffset + i);
        }
    }

    private static void notEqual(float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, b, bOffset + i);
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOffset + i);
            FloatVector.zero(SPECIES).blend(1f, u.compare(NE, v)).intoArray(y, yOffset + i);
        }
    }

    private static void notEqual(float[] a, int aOffset, float b, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOffset + i);
            FloatVector.zero(SPECIES).blend(1f, u.compare(NE, b)).intoArray(y, yOffset + i);
        }
    }

    private static void less(float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, b, bOffset + i);
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOffset + i);
            FloatVector.zero(SPECIES).blend(1f, u.compare(LT, v)).intoArray(y, yOffset + i);
        }
    }

    private static void less(float[] a, int aOffset, float b, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOffset + i);
            FloatVector.zero(SPECIES).blend(1f, u.compare(LT, b)).intoArray(y, yOffset + i);
        }
    }

    private static void lessEqual(float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, b, bOffset + i);
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOffset + i);
            FloatVector.zero(SPECIES).blend(1f, u.compare(LE, v)).intoArray(y, yOffset + i);
        }
    }

    private static void lessEqual(float[] a, int aOffset, float b, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOffset + i);
            FloatVector.zero(SPECIES).blend(1f, u.compare(LE, b)).intoArray(y, yOffset + i);
        }
    }

    private static void greater(float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, b, bOffset + i);
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOffset + i);
            FloatVector.zero(SPECIES).blend(1f, u.compare(GT, v)).intoArray(y, yOffset + i);
        }
    }

    private static void greater(float[] a, int aOffset, float b, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOffset + i);
            FloatVector.zero(SPECIES).blend(1f, u.compare(GT, b)).intoArray(y, yOffset + i);
        }
    }

    private static void greaterEqual(
            float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, b, bOffset + i);
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOffset + i);
            FloatVector.zero(SPECIES).blend(1f, u.compare(GE, v)).intoArray(y, yOffset + i);
        }
    }

    private static void greaterEqual(float[] a, int aOffset, float b, float[] y, int yOffset, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOffset + i);
            FloatVector.zero(SPECIES).blend(1f, u.compare(GE, b)).intoArray(y, yOffset + i);
        }
    }
}
