package io.argali.converters.savedmodel;

/** Incomplete gamma and beta functions and zeta functions, in float64. */
final class Gammas {
    private static final double EPSILON = 1e-17, TINY = 1e-300;
    private static final int MOST_TERMS = 100_000;
    /** Terms of zeta that are added one by one before the Euler-Maclaurin formula. */
    private static final int DIRECT = 12;
    /** (2k)! over the Bernoulli numbers B₂ₖ, k = 1, 2, …. */
    private static final double[] MACLAURIN = {
        12,
        -720,
        30240,
        -1209600,
        47900160,
        -1307674368000.0 / 691,
        74724249600.0,
        -10670622842880000.0 / 3617,
        5109094217170944000.0 / 43867,
        -802857662698291200000.0 / 174611
    };

    private Gammas() {}

    /** P(a, x), or with {@code upper} Q(a, x) = 1 - P(a, x). */
    static double incomplete(double a, double x, boolean upper) {
        if (!(a > 0) || !(x >= 0)) return Double.NaN;
        if (x == 0 || Double.isInfinite(a))
            return Double.isInfinite(a) && Double.isInfinite(x) ? Double.NaN : upper ? 1 : 0;
        if (Double.isInfinite(x)) return upper ? 0 : 1;
        if (x < a + 1) {
            double p = series(a, x);
            return upper ? 1 - p : p;
        }
        double q = fraction(a, x);
        return upper ? q : 1 - q;
    }

    private static double series(double a, double x) {
        double term = 1, sum = 1;
        for (int n = 1; n < MOST_TERMS && term > sum * EPSILON; n++) {
            term *= x / (a + n);
            sum += term;
        }
        return density(a, x) / a * sum;
    }

    /** Legendre's continued fraction, by Lentz' method. */
    private static double fraction(double a, double x) {
        double b = x + 1 - a, c = 1 / TINY, d = 1 / b, h = d;
        for (int i = 1; i < MOST_TERMS; i++) {
            double an = -i * (i - a);
            b += 2;
            d = 1 / nonZero(an * d + b);
            c = nonZero(b + an / c);
            h *= d * c;
            if (Math.abs(d * c - 1) < 1e-16) break;
        }
        return density(a, x) * h;
    }

    private static double nonZero(double v) {
        return Math.abs(v) < TINY ? TINY : v;
    }

    /** xᵃ exp(-x) / Γ(a); for large a by what differs from its peak, since the logarithms would cancel. */
    private static double density(double a, double x) {
        if (a < 10) return Math.exp(a * Math.log(x) - x - SpecialOps.logGamma(a));
        double d = (x - a) / a;
        // log(1 + d) - d where d is small: its series
        double deviance = Math.abs(d) > 0.1 ? Math.log(x / a) - d : 0;
        if (deviance == 0 && d != 0) {
            double power = -d * d;
            for (int k = 2; Math.abs(power) > 1e-20 * d * d; k++) {
                deviance += power / k;
                power *= -d;
            }
        }
        double s = 1 / (a * a);
        double stirling = (1.0 / 12 - s * (1.0 / 360 - s * (1.0 / 1260 - s * (1.0 / 1680 - s / 1188)))) / a;
        return Math.sqrt(a / (2 * Math.PI)) * Math.exp(a * deviance - stirling);
    }

    /** The regularized incomplete beta function. */
    static double beta(double a, double b, double x) {
        if (!(a > 0) || !(b > 0) || !(x >= 0) || !(x <= 1)) return Double.NaN;
        if (x == 0 || x == 1) return x;
        if (x > (a + 1) / (a + b + 2)) return 1 - beta(b, a, 1 - x, 1 - x);
        return beta(a, b, x, x);
    }

    private static double beta(double a, double b, double x, double given) {
        double log = SpecialOps.logGamma(a + b)
                - SpecialOps.logGamma(a)
                - SpecialOps.logGamma(b)
                + a * Math.log(given)
                + b * Math.log1p(-given);
        double c = 1, d = 1 / nonZero(1 - (a + b) * x / (a + 1)), h = d;
        for (int m = 1; m < MOST_TERMS; m++) {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / nonZero(1 + even * d);
            c = nonZero(1 + even / c);
            h *= d * c;
            double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / nonZero(1 + odd * d);
            c = nonZero(1 + odd / c);
            h *= d * c;
            if (Math.abs(d * c - 1) < 1e-16) break;
        }
        return Math.exp(log) * h / a;
    }

    /** Hurwitz' zeta function: the sum of (q + n)⁻ˣ, by the Euler-Maclaurin formula. */
    static double zeta(double x, double q) {
        if (x == 1) return Double.POSITIVE_INFINITY;
        if (!(x > 1) || Double.isNaN(q)) return Double.NaN;
        if (q <= 0) {
            if (q == Math.rint(q)) return Double.POSITIVE_INFINITY;
            if (x != Math.rint(x)) return Double.NaN;
        }
        double sum = 0, a = q;
        for (int n = 0; n < DIRECT || a < DIRECT; n++, a++) {
            double term = Math.pow(a, -x);
            sum += term;
            if (a > 0 && term < EPSILON * Math.abs(sum)) return sum;
        }
        double power = Math.pow(a, -x);
        sum += power * a / (x - 1) + power / 2;
        double factor = x;
        power /= a;
        for (int k = 0; k < MACLAURIN.length; k++) {
            sum += factor * power / MACLAURIN[k];
            factor *= (x + 2 * k + 1) * (x + 2 * k + 2);
            power /= a * a;
        }
        return sum;
    }

    /** The derivatives of digamma: of whole orders. */
    static double polygamma(double order, double x) {
        if (order == 0) return SpecialOps.digamma(x);
        if (order < 0 || order != Math.rint(order)) return Double.NaN;
        double sign = order % 2 == 0 ? -1 : 1;
        return sign * Math.exp(SpecialOps.logGamma(order + 1)) * zeta(order + 1, x);
    }
}
