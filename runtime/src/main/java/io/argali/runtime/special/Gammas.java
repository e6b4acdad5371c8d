package io.argali.runtime.special;

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

    private Gammas() {}

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

    /**
     * The derivative of P(a, x) by a: of the series for small x, of the continued fraction for others, each term with its own derivative.
     */
    static double incompleteByA(double a, double x) {
        if (!(a > 0) || !(x >= 0)) return Double.NaN;
        if (x == 0 || Double.isInfinite(x) || Double.isInfinite(a)) return 0;
        return x < a + 1 ? seriesByA(a, x) : -fractionByA(a, x);
    }

    private static double seriesByA(double a, double x) {
        double term = 1, sum = 1, slope = 0, slopes = 0;
        for (int n = 1; n < MOST_TERMS && (term > sum * EPSILON || Math.abs(slope) > sum * EPSILON); n++) {
            slope = (slope - term / (a + n)) * x / (a + n);
            term *= x / (a + n);
            sum += term;
            slopes += slope;
        }
        return density(a, x) / a * ((Math.log(x) - digamma(a + 1)) * sum + slopes);
    }

    private static double fractionByA(double a, double x) {
        double b = x + 1 - a, c = 1 / TINY, d = 1 / b, h = d;
        double slopeC = 0, slopeD = d * d, slopeH = slopeD;
        for (int i = 1; i < MOST_TERMS; i++) {
            double an = -i * (i - a);
            b += 2;
            double nextD = 1 / nonZero(an * d + b);
            slopeD = -nextD * nextD * (i * d + an * slopeD - 1);
            d = nextD;
            slopeC = (i - an * slopeC / c) / c - 1;
            c = nonZero(b + an / c);
            slopeH = slopeH * c * d + h * (slopeC * d + c * slopeD);
            h *= c * d;
            if (Math.abs(d * c - 1) < 1e-16 && Math.abs(slopeC * d + c * slopeD) < 1e-16) break;
        }
        return density(a, x) * ((Math.log(x) - digamma(a)) * h + slopeH);
    }

    private static double nonZero(double v) {
        return Math.abs(v) < TINY ? TINY : v;
    }

    /** xᵃ exp(-x) / Γ(a); for large a by what differs from its peak, since the logarithms would cancel. */
    private static double density(double a, double x) {
        if (a < 10) return Math.exp(a * Math.log(x) - x - logGamma(a));
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
        double log = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(given) + b * Math.log1p(-given);
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
        if (order == 0) return digamma(x);
        if (order < 0 || order != Math.rint(order)) return Double.NaN;
        double sign = order % 2 == 0 ? -1 : 1;
        return sign * Math.exp(logGamma(order + 1)) * zeta(order + 1, x);
    }
}
