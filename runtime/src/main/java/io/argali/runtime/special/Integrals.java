package io.argali.runtime.special;

/** Functions that are integrals of elementary ones, in float64. */
final class Integrals {
    private static final double EULER = 0.57721566490153286061;

    private Integrals() {}

    /** exp(-x²) times the integral of exp(t²) up to x: G. Rybicki's sum, whose error is exp(-(π / 2h)²). */
    static double dawson(double x) {
        double a = Math.abs(x);
        if (a < 0.2) {
            double term = x, sum = x;
            for (int n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
                term *= -2 * x * x / (2 * n + 1);
                sum += term;
            }
            return sum;
        }
        if (a > 1e8 || Double.isNaN(x)) return 0.5 / x;
        if (a > 50) {
            double s = 1 / (2 * x * x);
            return 0.5 / x * (1 + s * (1 + 3 * s * (1 + 5 * s * (1 + 7 * s))));
        }
        double h = 0.2, sum = 0;
        long middle = 2 * Math.round(x / (2 * h));
        for (long n = middle - 81; n <= middle + 81; n += 2) {
            double d = x - n * h;
            sum += Math.exp(-d * d) / n;
        }
        return sum / Math.sqrt(Math.PI);
    }

    /** Ei(x), the integral of exp(t) / t up to x, for positive x. */
    static double exponential(double x) {
        if (Double.isNaN(x) || x < 0) return Double.NaN; // as TensorFlow
        if (x == 0) return Double.NEGATIVE_INFINITY;
        if (x > 50) {
            double term = 1, sum = 1;
            for (int k = 1; k < x && term > 1e-17 * sum; k++) {
                term *= k / x;
                sum += term;
            }
            return Math.exp(x) / x * sum;
        }
        double term = 1, sum = 0;
        for (int k = 1; k < 500; k++) {
            term *= x / k;
            sum += term / k;
            if (Math.abs(term) < 1e-18 * Math.abs(sum)) break;
        }
        return EULER + Math.log(x) + sum;
    }

    /** The integral of -log t / (t - 1) from 1 to x: the dilogarithm of 1 - x. */
    static double spence(double x) {
        if (!(x >= 0)) return Double.NaN;
        if (x == 0) return Math.PI * Math.PI / 6;
        if (x > 1.5) {
            double log = Math.log(x);
            return -log * log / 2 - spence(1 / x);
        }
        if (x < 0.5) return Math.PI * Math.PI / 6 - Math.log(x) * Math.log1p(-x) - spence(1 - x);
        double w = 1 - x, power = 1, sum = 0;
        for (int k = 1; k < 80; k++) {
            power *= w;
            sum += power / ((double) k * k);
        }
        return sum;
    }

    /** The integral of sin or cos of π t² / 2 from 0 to x. */
    static double fresnel(double x, boolean sine) {
        double a = Math.abs(x);
        if (Double.isNaN(x)) return x;
        double r = a > 1e8 ? 0.5 : a < 1.8 ? near(a, sine) : far(a, sine);
        return Math.copySign(r, x);
    }

    private static double near(double x, boolean sine) {
        double t = Math.PI / 2 * x * x, term = sine ? t * x : x, sum = 0;
        for (int n = sine ? 1 : 0; n < 120; n += 2) {
            sum += term / (2 * n + 1);
            term *= -t * t / ((n + 1.0) * (n + 2));
        }
        return sum;
    }

    /** By the continued fraction of the complementary error function at √π (1 - i) x / 2. */
    private static double far(double x, boolean sine) {
        double t = Math.PI * x * x;
        // f = 1 / (z + 1/2 / (z + 1 / (z + 3/2 / …))) with z = √π (1 - i) x / 2, so z² = -i t / 2
        double scale = Math.sqrt(Math.PI) / 2 * x, re = scale, im = -scale;
        for (int n = 200; n > 0; n--) {
            double norm = re * re + im * im, half = n / 2.0;
            double nextRe = scale + half * re / norm, nextIm = -scale - half * im / norm;
            re = nextRe;
            im = nextIm;
        }
        double norm = re * re + im * im, fr = re / norm, fi = -im / norm;
        // erfc(z) = exp(-z²) f / √π, with -z² = i t / 2; C + i S = (1 + i) / 2 · (1 - erfc(z))
        double c = Math.cos(t / 2) / Math.sqrt(Math.PI), s = Math.sin(t / 2) / Math.sqrt(Math.PI);
        double er = 1 - (c * fr - s * fi), ei = -(c * fi + s * fr);
        return sine ? (er + ei) / 2 : (er - ei) / 2;
    }
}
