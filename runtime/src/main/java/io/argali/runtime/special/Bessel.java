package io.argali.runtime.special;

/** Bessel functions of orders 0 and 1, in float64. */
final class Bessel {
    private static final double EULER = 0.57721566490153286061;
    /** From here on the asymptotic series is exact. */
    private static final double FAR = 25;

    private static final int MOST_TERMS = 60;
    /** Of the integral of K, whose trapezoidal sum then errs by less than exp(-70). */
    private static final double STEP = 0.1;

    /** The same for large x, times the root of x: the integrand is then a bell of that width. */
    private static final double BELL_STEP = 0.5;

    private Bessel() {}

    static double first(int order, double x) {
        double a = Math.abs(x), sign = order == 1 && x < 0 ? -1 : 1;
        if (Double.isNaN(x)) return x;
        return sign * (a < FAR ? sequence(a)[order] : far(order, a, false));
    }

    /** Of the second kind. */
    static double second(int order, double x) {
        if (Double.isNaN(x)) return x;
        if (x <= 0) return Double.NEGATIVE_INFINITY; // TensorFlow's value for negative numbers as well
        if (x >= FAR) return far(order, x, true);
        double[] j = sequence(x);
        double sum = 0;
        // Neumann's series (Abramowitz and Stegun, 9.1.88).
        for (int k = 1; 2 * k + 1 < j.length; k++) {
            double sign = k % 2 == 0 ? 1 : -1;
            sum += order == 0 ? sign * 2 * j[2 * k] / k : sign * (2 * k + 1.0) / (k * (k + 1.0)) * j[2 * k + 1];
        }
        double log = Math.log(x / 2) + EULER - order;
        return 2 * (log * j[order] - sum - (order == 1 ? j[0] / x : 0)) / Math.PI;
    }

    /** J of all orders that are not negligible: the recurrence downwards, scaled by J₀ + 2 (J₂ + J₄ + …) = 1. */
    private static double[] sequence(double x) {
        int n = 2 * ((int) x / 2 + 24);
        double[] j = new double[n + 1];
        if (x == 0) {
            j[0] = 1;
            return j;
        }
        double above = 0, here = 1e-250, sum = 0;
        for (int k = n; k >= 0; k--) {
            j[k] = here;
            if (k % 2 == 0) sum += k == 0 ? here : 2 * here;
            double below = 2 * k / x * here - above;
            above = here;
            here = below;
            if (Math.abs(here) > 1e200) {
                for (int i = k; i <= n; i++) j[i] *= 1e-200;
                here *= 1e-200;
                above *= 1e-200;
                sum *= 1e-200;
            }
        }
        for (int k = 0; k <= n; k++) j[k] /= sum;
        return j;
    }

    /** Hankel's asymptotic series. */
    private static double far(int order, double x, boolean second) {
        if (Double.isInfinite(x)) return 0;
        double mu = 4.0 * order * order, p = 1, q = 0, term = 1, last = 1;
        for (int k = 1; k < MOST_TERMS; k++) {
            double odd = 2 * k - 1;
            term *= (mu - odd * odd) / (k * 8 * x);
            if (Math.abs(term) > last || term == 0) break;
            last = Math.abs(term);
            double signed = k / 2 % 2 == 0 ? term : -term;
            if (k % 2 == 0) p += signed;
            else q += signed;
        }
        // cos and sin of x - (order / 2 + 1 / 4) π, without rounding that difference
        double c = Math.cos(x), s = Math.sin(x), root = Math.sqrt(0.5);
        double cosine = order == 0 ? root * (c + s) : root * (s - c),
                sine = order == 0 ? root * (s - c) : -root * (s + c);
        return Math.sqrt(2 / (Math.PI * x)) * (second ? p * sine + q * cosine : p * cosine - q * sine);
    }

    /** {@code exp(x) K(x)}: the integral of exp(x - x cosh t) cosh(n t) over t ≥ 0, all of whose terms are positive. */
    static double scaledThird(int order, double x) {
        if (Double.isNaN(x)) return x;
        if (x <= 0) return Double.POSITIVE_INFINITY; // TensorFlow's value for negative numbers as well
        if (Double.isInfinite(x)) return 0;
        double sum = 0.5, step = Math.min(STEP, BELL_STEP / Math.sqrt(x));
        for (int i = 1; ; i++) {
            double t = i * step,
                    half = Math.sinh(t / 2),
                    term = Math.exp(-2 * x * half * half) * (order == 0 ? 1 : Math.cosh(t));
            sum += term;
            if (term < 1e-17 * sum && 2 * x * half * half > 1) return sum * step;
        }
    }

    /** The modified Bessel function of the first kind: its power series, whose terms are all of one sign. */
    static double modified(int order, double x) {
        double sum = order == 0 ? 1 : x / 2, term = sum, quarter = x * x / 4;
        for (int k = 1; Math.abs(term) > Math.abs(sum) * 1e-17 && k < 2000; k++) {
            term *= quarter / ((double) k * (k + order));
            sum += term;
        }
        return sum;
    }

    /** {@code exp(-|x|)} times it; by its asymptotic series where the power series would overflow. */
    static double scaledModified(int order, double x) {
        double a = Math.abs(x);
        if (a < 50) return Math.exp(-a) * modified(order, x);
        double mu = 4.0 * order * order, sum = 1, term = 1;
        for (int k = 1; k < 12; k++) {
            double odd = 2 * k - 1;
            term *= -(mu - odd * odd) / (k * 8 * a);
            sum += term;
        }
        return (order == 1 ? Math.signum(x) : 1) * sum / Math.sqrt(2 * Math.PI * a);
    }
}
