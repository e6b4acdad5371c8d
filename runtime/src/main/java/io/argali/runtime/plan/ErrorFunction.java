package io.argali.runtime.plan;

/** The error function and its inverse in double precision. */
final class ErrorFunction {
    private ErrorFunction() {}

    /** By its series near 0 and a continued fraction of erfc beyond (Abramowitz and Stegun, 7.1.6 and 7.1.14). */
    static double erf(double x) {
        if (Double.isNaN(x)) return x;
        double a = Math.abs(x);
        if (a > 6) return Math.signum(x);
        if (a < 2.5) {
            double term = a, sum = a;
            for (int n = 1; n < 100 && Math.abs(term) > 1e-18 * sum; n++) {
                term *= 2 * a * a / (2 * n + 1);
                sum += term;
            }
            return Math.copySign(2 / Math.sqrt(Math.PI) * Math.exp(-a * a) * sum, x);
        }
        double f = 0;
        for (int n = 60; n > 0; n--) f = n / 2.0 / (a + f);
        return Math.copySign(1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + f), x);
    }

    /** Giles' approximation in single precision ("Approximating the erfinv function", 2010), then two steps of Newton's method. */
    static double erfInverse(double y) {
        if (Double.isNaN(y) || Math.abs(y) > 1) return Double.NaN;
        if (Math.abs(y) == 1) return y * Double.POSITIVE_INFINITY;
        double w = -Math.log((1 - y) * (1 + y));
        double[] c = w < 5
                ? new double[] {
                    2.81022636e-08,
                    3.43273939e-07,
                    -3.5233877e-06,
                    -4.39150654e-06,
                    0.00021858087,
                    -0.00125372503,
                    -0.00417768164,
                    0.246640727,
                    1.50140941
                }
                : new double[] {
                    -0.000200214257,
                    0.000100950558,
                    0.00134934322,
                    -0.00367342844,
                    0.00573950773,
                    -0.0076224613,
                    0.00943887047,
                    1.00167406,
                    2.83297682
                };
        double v = w < 5 ? w - 2.5 : Math.sqrt(w) - 3;
        double p = c[0];
        for (int i = 1; i < c.length; i++) p = p * v + c[i];
        double x = p * y;
        for (int i = 0; i < 2; i++) {
            double slope = 2 / Math.sqrt(Math.PI) * Math.exp(-x * x);
            if (slope > 0) x -= (erf(x) - y) / slope;
        }
        return x;
    }
}
