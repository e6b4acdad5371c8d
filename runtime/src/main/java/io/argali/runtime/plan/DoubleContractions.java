package io.argali.runtime.plan;

import io.argali.runtime.kernel.ConvGeometry;
import io.argali.runtime.kernel.PoolGeometry;
import java.util.Arrays;

/** Matrix products, convolutions and poolings of doubles (and, for matrix products, integers): plain loops, since float64 models are rare. */
final class DoubleContractions {
    private DoubleContractions() {}

    /** C (m × n) from A and B given by strides. */
    static void matMul(
            int m,
            int n,
            int k,
            double[] a,
            int ao,
            int ar,
            int ac,
            double[] b,
            int bo,
            int br,
            int bc,
            double[] c,
            int co) {
        Arrays.fill(c, co, co + m * n, 0);
        for (int i = 0; i < m; i++) {
            for (int p = 0; p < k; p++) {
                double x = a[ao + i * ar + p * ac];
                for (int j = 0; j < n; j++) c[co + i * n + j] += x * b[bo + p * br + j * bc];
            }
        }
    }

    static void matMul(
            int m, int n, int k, int[] a, int ao, int ar, int ac, int[] b, int bo, int br, int bc, int[] c, int co) {
        Arrays.fill(c, co, co + m * n, 0);
        for (int i = 0; i < m; i++) {
            for (int p = 0; p < k; p++) {
                int x = a[ao + i * ar + p * ac];
                for (int j = 0; j < n; j++) c[co + i * n + j] += x * b[bo + p * br + j * bc];
            }
        }
    }

    static void matMul(
            int m, int n, int k, long[] a, int ao, int ar, int ac, long[] b, int bo, int br, int bc, long[] c, int co) {
        Arrays.fill(c, co, co + m * n, 0);
        for (int i = 0; i < m; i++) {
            for (int p = 0; p < k; p++) {
                long x = a[ao + i * ar + p * ac];
                for (int j = 0; j < n; j++) c[co + i * n + j] += x * b[bo + p * br + j * bc];
            }
        }
    }

    /** What a convolution does at one output pixel, one tap: {@code (x pixel, kernel tap, y pixel)} as element numbers. */
    private interface Tap {
        void at(int x, int kernel, int y);
    }

    private static void taps(ConvGeometry g, Tap tap) {
        for (int b = 0; b < g.batch(); b++) {
            for (int od = 0; od < g.outD(); od++)
                for (int oh = 0; oh < g.outH(); oh++)
                    for (int ow = 0; ow < g.outW(); ow++) {
                        int y = ((b * g.outD() + od) * g.outH() + oh) * g.outW() + ow;
                        for (int kd = 0; kd < g.kD(); kd++)
                            for (int kh = 0; kh < g.kH(); kh++)
                                for (int kw = 0; kw < g.kW(); kw++) {
                                    int d = od * g.strideD() - g.padD() + kd * g.dilationD();
                                    int h = oh * g.strideH() - g.padH() + kh * g.dilationH();
                                    int w = ow * g.strideW() - g.padW() + kw * g.dilationW();
                                    if (d < 0 || d >= g.inD() || h < 0 || h >= g.inH() || w < 0 || w >= g.inW())
                                        continue;
                                    tap.at(
                                            ((b * g.inD() + d) * g.inH() + h) * g.inW() + w,
                                            (kd * g.kH() + kh) * g.kW() + kw,
                                            y);
                                }
                    }
        }
    }

    /** Calls back with the element numbers of every product: x, kernel, y. */
    private static void products(ConvGeometry g, Tap product) {
        int in = g.inChannels(), out = g.outChannels(), perIn = in / g.groups(), perOut = out / g.groups();
        taps(g, (x, k, y) -> {
            for (int o = 0; o < out; o++) {
                int group = o / perOut;
                for (int i = 0; i < perIn; i++)
                    product.at(x * in + group * perIn + i, (k * perIn + i) * out + o, y * out + o);
            }
        });
    }

    static void conv(ConvGeometry g, double[] x, int xo, double[] k, int ko, double[] y, int yo) {
        Arrays.fill(y, yo, yo + g.outPixels() * g.outChannels(), 0);
        products(g, (i, j, o) -> y[yo + o] += x[xo + i] * k[ko + j]);
    }

    static void convInputGradient(ConvGeometry g, double[] dy, int dyo, double[] k, int ko, double[] dx, int dxo) {
        Arrays.fill(dx, dxo, dxo + g.batch() * g.inD() * g.inH() * g.inW() * g.inChannels(), 0);
        products(g, (i, j, o) -> dx[dxo + i] += dy[dyo + o] * k[ko + j]);
    }

    static void convKernelGradient(ConvGeometry g, double[] x, int xo, double[] dy, int dyo, double[] dk, int dko) {
        Arrays.fill(dk, dko, dko + g.kD() * g.kH() * g.kW() * g.inChannels() / g.groups() * g.outChannels(), 0);
        products(g, (i, j, o) -> dk[dko + j] += x[xo + i] * dy[dyo + o]);
    }

    private static ConvGeometry asConv(PoolGeometry p) {
        return new ConvGeometry(
                p.batch(),
                p.inD(),
                p.inH(),
                p.inW(),
                p.channels(),
                p.outD(),
                p.outH(),
                p.outW(),
                p.channels(),
                p.windowD(),
                p.windowH(),
                p.windowW(),
                p.strideD(),
                p.strideH(),
                p.strideW(),
                1,
                1,
                1,
                p.padD(),
                p.padH(),
                p.padW(),
                p.channels());
    }

    static void pool(boolean max, PoolGeometry p, double[] x, int xo, double[] y, int yo) {
        int c = p.channels(), n = p.batch() * p.outD() * p.outH() * p.outW();
        int[] count = new int[n];
        Arrays.fill(y, yo, yo + n * c, max ? Double.NEGATIVE_INFINITY : 0);
        taps(asConv(p), (i, k, o) -> {
            count[o]++;
            for (int j = 0; j < c; j++) {
                double v = x[xo + i * c + j];
                y[yo + o * c + j] = max ? Math.max(y[yo + o * c + j], v) : y[yo + o * c + j] + v;
            }
        });
        if (!max) for (int o = 0; o < n; o++) for (int j = 0; j < c; j++) y[yo + o * c + j] /= count[o];
    }

    static void poolGradient(
            boolean max, PoolGeometry p, double[] x, int xo, double[] dy, int dyo, double[] dx, int dxo) {
        int c = p.channels(), n = p.batch() * p.outD() * p.outH() * p.outW();
        Arrays.fill(dx, dxo, dxo + p.batch() * p.inD() * p.inH() * p.inW() * c, 0);
        int[] count = new int[n];
        int[] best = new int[n * c];
        Arrays.fill(best, -1);
        taps(asConv(p), (i, k, o) -> {
            count[o]++;
            for (int j = 0; j < c; j++) {
                int at = best[o * c + j];
                if (at < 0 || x[xo + i * c + j] > x[xo + at]) best[o * c + j] = i * c + j;
            }
        });
        if (max) {
            for (int o = 0; o < n * c; o++) if (best[o] >= 0) dx[dxo + best[o]] += dy[dyo + o];
        } else {
            taps(asConv(p), (i, k, o) -> {
                for (int j = 0; j < c; j++) dx[dxo + i * c + j] += dy[dyo + o * c + j] / count[o];
            });
        }
    }
}
