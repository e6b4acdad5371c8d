package io.argali.converters.savedmodel;

import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;

/** Functions of mathematics beyond the elementary ones. */
final class SpecialOps {
    private SpecialOps() {}

    static void add(OpTable t) {
        t.one("Lgamma", c -> HostFunction.each(c, SpecialOps::logGamma));
        t.one("Digamma", c -> HostFunction.each(c, SpecialOps::digamma));
        // Φ⁻¹(p) = √2 erf⁻¹(2p − 1)
        t.unary(
                "Ndtri",
                x -> x.multiply(2).subtract(1).unary(UnaryFunction.ERF_INVERSE).multiply(Math.sqrt(2)));
        t.one("BesselI0", c -> HostFunction.each(c, x -> bessel(x, 0)));
        t.one("BesselI1", c -> HostFunction.each(c, x -> bessel(x, 1)));
        t.one("BesselI0e", c -> HostFunction.each(c, x -> scaledBessel(x, 0)));
        t.one("BesselI1e", c -> HostFunction.each(c, x -> scaledBessel(x, 1)));
        t.one("NextAfter", SpecialOps::nextAfter);
        t.one("BesselJ0", c -> HostFunction.each(c, x -> Bessel.first(0, x)));
        t.one("BesselJ1", c -> HostFunction.each(c, x -> Bessel.first(1, x)));
        t.one("BesselY0", c -> HostFunction.each(c, x -> Bessel.second(0, x)));
        t.one("BesselY1", c -> HostFunction.each(c, x -> Bessel.second(1, x)));
        t.one("BesselK0", c -> HostFunction.each(c, x -> Math.exp(-Math.max(0, x)) * Bessel.scaledThird(0, x)));
        t.one("BesselK1", c -> HostFunction.each(c, x -> Math.exp(-Math.max(0, x)) * Bessel.scaledThird(1, x)));
        t.one("BesselK0e", c -> HostFunction.each(c, x -> Bessel.scaledThird(0, x)));
        t.one("BesselK1e", c -> HostFunction.each(c, x -> Bessel.scaledThird(1, x)));
        t.one("Dawsn", c -> HostFunction.each(c, Integrals::dawson));
        t.one("Expint", c -> HostFunction.each(c, Integrals::exponential));
        t.one("Spence", c -> HostFunction.each(c, Integrals::spence));
        t.one("FresnelCos", c -> HostFunction.each(c, x -> Integrals.fresnel(x, false)));
        t.one("FresnelSin", c -> HostFunction.each(c, x -> Integrals.fresnel(x, true)));
        t.one("Igamma", c -> HostFunction.each(c, 2, v -> Gammas.incomplete(v[0], v[1], false)));
        t.one("Igammac", c -> HostFunction.each(c, 2, v -> Gammas.incomplete(v[0], v[1], true)));
        t.one("Betainc", c -> HostFunction.each(c, 3, v -> Gammas.beta(v[0], v[1], v[2])));
        t.one("Zeta", c -> HostFunction.each(c, 2, v -> Gammas.zeta(v[0], v[1])));
        t.one("Polygamma", c -> HostFunction.each(c, 2, v -> Gammas.polygamma(v[0], v[1])));
    }

    private static Value nextAfter(Call c) {
        Value a = c.value(0), b = c.value(1);
        var shape = io.argali.runtime.tensor.Shape.broadcast(a.shape(), b.shape());
        boolean single = a.dtype() == io.argali.runtime.tensor.DType.FLOAT32;
        return HostFunction.of(
                c, a.dtype(), shape, java.util.List.of(a.broadcastTo(shape), b.broadcastTo(shape)), in -> {
                    double[] x = in.get(0).toDoubleArray(), y = in.get(1).toDoubleArray();
                    for (int i = 0; i < x.length; i++)
                        x[i] = single ? Math.nextAfter((float) x[i], y[i]) : Math.nextAfter(x[i], y[i]);
                    return java.util.List.of(
                            io.argali.runtime.tensor.Tensor.wrap(io.argali.runtime.tensor.DType.FLOAT64, shape, x)
                                    .cast(a.dtype()));
                });
    }

    private static final double[] LANCZOS = {
        0.99999999999980993,
        676.5203681218851,
        -1259.1392167224028,
        771.32342877765313,
        -176.61502916214059,
        12.507343278686905,
        -0.13857109526572012,
        9.9843695780195716e-6,
        1.5056327351493116e-7
    };

    /** log |Γ(x)|, by Lanczos' approximation; below ½ by reflection. */
    static double logGamma(double x) {
        if (Double.isInfinite(x)) return Double.POSITIVE_INFINITY;
        if (x < 0.5) {
            double sine = Math.abs(Math.sin(Math.PI * x));
            return Math.log(Math.PI / sine) - logGamma(1 - x);
        }
        double y = x - 1, sum = LANCZOS[0], t = y + 7.5;
        for (int i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i] / (y + i);
        return 0.5 * Math.log(2 * Math.PI) + (y + 0.5) * Math.log(t) - t + Math.log(sum);
    }

    /** The derivative of log Γ: by recurrence to where its asymptotic series is exact. */
    static double digamma(double x) {
        if (x <= 0 && x == Math.rint(x)) return Double.NaN;
        if (x < 0) return digamma(1 - x) - Math.PI / Math.tan(Math.PI * x);
        double sum = 0, y = x;
        for (; y < 10; y++) sum -= 1 / y;
        double s = 1 / (y * y);
        double series = s * (1.0 / 12 - s * (1.0 / 120 - s * (1.0 / 252 - s * (1.0 / 240 - s / 132))));
        return sum + Math.log(y) - 0.5 / y - series;
    }

    /** The modified Bessel function of the first kind: its power series, whose terms are all of one sign. */
    private static double bessel(double x, int order) {
        double sum = order == 0 ? 1 : x / 2, term = sum, quarter = x * x / 4;
        for (int k = 1; Math.abs(term) > Math.abs(sum) * 1e-17 && k < 2000; k++) {
            term *= quarter / ((double) k * (k + order));
            sum += term;
        }
        return sum;
    }

    /** {@code exp(-|x|)} times it; by its asymptotic series where the power series would overflow. */
    private static double scaledBessel(double x, int order) {
        double a = Math.abs(x);
        if (a < 50) return Math.exp(-a) * bessel(x, order);
        double mu = 4.0 * order * order, sum = 1, term = 1;
        for (int k = 1; k < 12; k++) {
            double odd = 2 * k - 1;
            term *= -(mu - odd * odd) / (k * 8 * a);
            sum += term;
        }
        return (order == 1 ? Math.signum(x) : 1) * sum / Math.sqrt(2 * Math.PI * a);
    }
}
