package io.argali.runtime.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PoolKernelTest {
    private static final Workers WORKERS = Workers.of(3);

    static Stream<Arguments> geometries() {
        List<PoolGeometry> cases = new ArrayList<>();
        for (int channels : KernelSets.SIZES) {
            cases.add(new PoolGeometry(2, 1, 7, 9, 1, 4, 5, channels, 1, 3, 3, 1, 2, 2, 0, 1, 1));
            cases.add(new PoolGeometry(1, 1, 6, 6, 1, 3, 3, channels, 1, 2, 2, 1, 2, 2, 0, 0, 0));
        }
        cases.add(new PoolGeometry(2, 1, 1, 20, 1, 1, 20, 20, 1, 1, 4, 1, 1, 1, 0, 0, 1));
        cases.add(new PoolGeometry(2, 4, 5, 6, 2, 4, 3, 20, 3, 2, 3, 2, 1, 2, 1, 0, 0));
        cases.add(new PoolGeometry(3, 1, 64, 64, 1, 32, 32, 40, 1, 3, 3, 1, 2, 2, 0, 0, 0)); // over threads
        return KernelSets.all().flatMap(kernels -> cases.stream().map(g -> Arguments.of(kernels, g)));
    }

    @ParameterizedTest
    @MethodSource("geometries")
    void maximumAndItsGradient(Kernels kernels, PoolGeometry g) {
        float[] x = steps(inSize(g));
        x[inSize(g) / 2] = Float.NaN;
        float[] dy = KernelSets.random(outSize(g), 2);
        float[] y = new float[outSize(g)];
        float[] dx = new float[inSize(g)];
        Arrays.fill(dx, 7f);
        kernels.pool().max(g, x, 0, y, 0, WORKERS);
        kernels.pool().maxGradient(g, x, 0, dy, 0, dx, 0, WORKERS);

        double[] expected = new double[inSize(g)];
        forEachWindow(g, (out, window) -> {
            int best = -1;
            for (int at : window) {
                if (best < 0 || x[at] > x[best] || (Float.isNaN(x[at]) && !Float.isNaN(x[best]))) {
                    best = at;
                }
            }
            assertEquals(best < 0 ? Float.NEGATIVE_INFINITY : x[best], y[out], () -> kernels.name() + " " + g);
            if (best >= 0) {
                expected[best] += dy[out];
            }
        });
        for (int i = 0; i < dx.length; i++) {
            KernelSets.assertClose(expected[i], 10, dx[i], kernels.name() + " " + g);
        }
    }

    @ParameterizedTest
    @MethodSource("geometries")
    void averageAndItsGradient(Kernels kernels, PoolGeometry g) {
        float[] x = KernelSets.random(inSize(g), 1);
        float[] dy = KernelSets.random(outSize(g), 2);
        float[] y = new float[outSize(g)];
        float[] dx = new float[inSize(g)];
        kernels.pool().average(g, x, 0, y, 0, WORKERS);
        kernels.pool().averageGradient(g, dy, 0, dx, 0, WORKERS);

        double[] expected = new double[inSize(g)];
        forEachWindow(g, (out, window) -> {
            double sum = 0;
            for (int at : window) {
                sum += x[at];
                expected[at] += (double) dy[out] / window.length;
            }
            KernelSets.assertClose(sum / window.length, 1, y[out], kernels.name() + " " + g);
        });
        for (int i = 0; i < dx.length; i++) {
            KernelSets.assertClose(expected[i], 10, dx[i], kernels.name() + " " + g);
        }
    }

    /** Few different values, so that windows have several maxima. */
    private static float[] steps(int size) {
        float[] values = KernelSets.random(size, 1);
        for (int i = 0; i < size; i++) {
            values[i] = Math.round(values[i] * 3);
        }
        return values;
    }

    private interface Window {
        void accept(int out, int[] window);
    }

    private static void forEachWindow(PoolGeometry g, Window visitor) {
        for (int out = 0; out < outSize(g); out++) {
            int c = out % g.channels();
            int ox = out / g.channels() % g.outW();
            int oy = out / g.channels() / g.outW() % g.outH();
            int oz = out / g.channels() / g.outW() / g.outH() % g.outD();
            int b = out / g.channels() / g.outW() / g.outH() / g.outD();
            List<Integer> window = new ArrayList<>();
            for (int kz = 0; kz < g.windowD(); kz++) {
                for (int ky = 0; ky < g.windowH(); ky++) {
                    for (int kx = 0; kx < g.windowW(); kx++) {
                        int z = oz * g.strideD() - g.padD() + kz;
                        int y = oy * g.strideH() - g.padH() + ky;
                        int x = ox * g.strideW() - g.padW() + kx;
                        if (z >= 0 && z < g.inD() && y >= 0 && y < g.inH() && x >= 0 && x < g.inW()) {
                            window.add((((b * g.inD() + z) * g.inH() + y) * g.inW() + x) * g.channels() + c);
                        }
                    }
                }
            }
            visitor.accept(out, window.stream().mapToInt(Integer::intValue).toArray());
        }
    }

    private static int inSize(PoolGeometry g) {
        return g.batch() * g.inD() * g.inH() * g.inW() * g.channels();
    }

    private static int outSize(PoolGeometry g) {
        return g.batch() * g.outD() * g.outH() * g.outW() * g.channels();
    }
}
