package io.argali.runtime.special;

/** The normal distribution, in float64. */
final class Normal {
    private Normal() {}

    /** {@code 1 − erf(x)}: the series for small x, the continued fraction for others (Abramowitz and Stegun, 7.1.6 and 7.1.14). */
    static double complementaryError(double x) {
        return x < 0 ? 2 - ofPositive(-x) : ofPositive(x);
    }

    private static double ofPositive(double x) {
        if (Double.isNaN(x)) return x;
        if (x > 27) return 0;
        if (x < 2) {
            double term = x, sum = x;
            for (int n = 1; term > sum * 1e-17; n++) {
                term *= 2 * x * x / (2 * n + 1);
                sum += term;
            }
            return 1 - 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
        }
        double f = 0;
        for (int n = 120; n > 0; n--) f = n / 2.0 / (x + f);
        return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + f);
    }

    /** The x below which a part p of the distribution lies: a rough guess (Abramowitz and Stegun, 26.2.23), then Halley's method. */
    static double quantile(double p) {
        if (!(p >= 0 && p <= 1)) return Double.NaN;
        if (p == 0 || p == 1) return p == 0 ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        if (p > 0.5) return -quantile(1 - p);
        double t = Math.sqrt(-2 * Math.log(p));
        double x =
                (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
        for (int i = 0; i < 3; i++) {
            double density = Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
            if (density == 0) return x;
            double step = (complementaryError(-x / Math.sqrt(2)) / 2 - p) / density;
            x -= step / (1 + x * step / 2);
        }
        return x;
    }
}
