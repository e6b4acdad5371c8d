package io.argali.trainer.autodiff;

import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.special.SpecialFunction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The gradients of special functions, by the arguments for which TensorFlow has one. */
final class SpecialGradients {
    private SpecialGradients() {}

    static List<@Nullable Value> of(SpecialFunction f, List<Value> in, Value y, Value dy) {
        List<@Nullable Value> r = new ArrayList<>();
        for (Value slope : slopes(f, in, y)) r.add(slope == null ? null : dy.multiply(slope));
        return r;
    }

    /** The partial derivatives. */
    private static List<@Nullable Value> slopes(SpecialFunction f, List<Value> in, Value y) {
        Value x = in.getLast();
        return switch (f) {
            case POLYGAMMA ->
                Arrays.asList(null, SpecialFunction.POLYGAMMA.of(in.get(0).add(1), x));
            case ZETA ->
                Arrays.asList(
                        null,
                        SpecialFunction.ZETA
                                .of(in.get(0).add(1), x)
                                .multiply(in.get(0))
                                .negate());
            case LOWER_GAMMA -> List.of(SpecialFunction.LOWER_GAMMA_BY_A.of(in.get(0), x), gammaDensity(in.get(0), x));
            case UPPER_GAMMA ->
                List.of(
                        SpecialFunction.LOWER_GAMMA_BY_A.of(in.get(0), x).negate(),
                        gammaDensity(in.get(0), x).negate());
            case INCOMPLETE_BETA -> Arrays.asList(null, null, betaDensity(in.get(0), in.get(1), x));
            case NEXT_AFTER ->
                List.of(x.like(1).broadcastTo(x.shape()), x.like(0).broadcastTo(x.shape()));
            default -> Collections.singletonList(slope(f, x, y));
        };
    }

    private static Value slope(SpecialFunction f, Value x, Value y) {
        return switch (f) {
            case ERFC -> x.square().negate().exp().multiply(-2 / Math.sqrt(Math.PI));
            case NDTRI -> y.square().multiply(0.5).exp().multiply(Math.sqrt(2 * Math.PI));
            case LOG_GAMMA -> SpecialFunction.DIGAMMA.of(x);
            case DIGAMMA -> SpecialFunction.POLYGAMMA.of(x.like(1), x);
            case BESSEL_I0 -> SpecialFunction.BESSEL_I1.of(x);
            case BESSEL_I1 -> atZero(x, 0.5, SpecialFunction.BESSEL_I0.of(x).subtract(y.divide(nonZero(x))));
            case BESSEL_I0E ->
                SpecialFunction.BESSEL_I1E
                        .of(x)
                        .subtract(x.unary(UnaryFunction.SIGN).multiply(y));
            case BESSEL_I1E -> {
                Value rest =
                        y.multiply(x.unary(UnaryFunction.SIGN).add(nonZero(x).unary(UnaryFunction.RECIPROCAL)));
                yield atZero(x, 0.5, SpecialFunction.BESSEL_I0E.of(x).subtract(rest));
            }
            case BESSEL_J0 -> SpecialFunction.BESSEL_J1.of(x).negate();
            case BESSEL_J1 -> atZero(x, 0.5, SpecialFunction.BESSEL_J0.of(x).subtract(y.divide(nonZero(x))));
            case BESSEL_Y0 -> SpecialFunction.BESSEL_Y1.of(x).negate();
            case BESSEL_Y1 -> SpecialFunction.BESSEL_Y0.of(x).subtract(y.divide(x));
            case BESSEL_K0 -> SpecialFunction.BESSEL_K1.of(x).negate();
            case BESSEL_K1 -> SpecialFunction.BESSEL_K0.of(x).negate().subtract(y.divide(x));
            case BESSEL_K0E -> y.subtract(SpecialFunction.BESSEL_K1E.of(x));
            case BESSEL_K1E ->
                y.multiply(x.unary(UnaryFunction.RECIPROCAL).subtractFrom(1))
                        .subtract(SpecialFunction.BESSEL_K0E.of(x));
            case DAWSON -> x.multiply(y).multiply(2).subtractFrom(1);
            case EXPONENTIAL_INTEGRAL -> x.exp().divide(x);
            case SPENCE -> {
                Value one = x.equal(1);
                Value other = one.select(2, x);
                yield one.select(-1, other.log().divide(other.subtractFrom(1)));
            }
            case FRESNEL_COS -> x.square().multiply(Math.PI / 2).unary(UnaryFunction.COS);
            case FRESNEL_SIN -> x.square().multiply(Math.PI / 2).unary(UnaryFunction.SIN);
            case POLYGAMMA, ZETA, LOWER_GAMMA, UPPER_GAMMA, LOWER_GAMMA_BY_A, INCOMPLETE_BETA, NEXT_AFTER ->
                throw new IllegalArgumentException(f + " has several arguments");
        };
    }

    private static Value nonZero(Value x) {
        return x.equal(0).select(1, x);
    }

    private static Value atZero(Value x, double there, Value elsewhere) {
        return x.equal(0).select(there, elsewhere);
    }

    /** {@code xᵃ⁻¹ exp(-x) / Γ(a)}. */
    private static Value gammaDensity(Value a, Value x) {
        return times(a.subtract(1), x.log())
                .subtract(x)
                .subtract(SpecialFunction.LOG_GAMMA.of(a))
                .exp();
    }

    /** {@code xᵃ⁻¹ (1 - x)ᵇ⁻¹ / B(a, b)}. */
    private static Value betaDensity(Value a, Value b, Value x) {
        Value logBeta = SpecialFunction.LOG_GAMMA
                .of(a)
                .add(SpecialFunction.LOG_GAMMA.of(b))
                .subtract(SpecialFunction.LOG_GAMMA.of(a.add(b)));
        return times(b.subtract(1), x.negate().unary(UnaryFunction.LOG1P))
                .add(times(a.subtract(1), x.log()))
                .subtract(logBeta)
                .exp();
    }

    /** A product that is 0 where its first factor is, whatever the second. */
    private static Value times(Value factor, Value v) {
        return factor.equal(0).select(0, factor.multiply(v));
    }
}
