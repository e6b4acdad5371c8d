package io.argali.runtime.kernel.scalar;

import io.argali.runtime.kernel.PoolGeometry;
import io.argali.runtime.kernel.PoolKernel;
import io.argali.runtime.kernel.Workers;
import java.util.Arrays;
import java.util.function.IntConsumer;

/** Pooling tap by tap over whole runs of channels. */
public final class ScalarPool implements PoolKernel {
    /** Elements read below which one thread is faster. */
    private static final long PARALLEL_WORK = 200_000;

    @Override
    public void max(PoolGeometry g, float[] x, int xOffset, float[] y, int yOffset, Workers workers) {
        forEachRow(g, workers, row -> {
            for (int outX = 0; outX < g.outW(); outX++) {
                PoolWindow w = PoolWindow.of(g, row, outX);
                int to = yOffset + (row * g.outW() + outX) * g.channels();
                Arrays.fill(y, to, to + g.channels(), Float.NEGATIVE_INFINITY);
                w.forEach(from -> {
                    for (int c = 0; c < g.channels(); c++) {
                        y[to + c] = Math.max(y[to + c], x[xOffset + from + c]);
                    }
                });
            }
        });
    }

    @Override
    public void average(PoolGeometry g, float[] x, int xOffset, float[] y, int yOffset, Workers workers) {
        forEachRow(g, workers, row -> {
            for (int outX = 0; outX < g.outW(); outX++) {
                PoolWindow w = PoolWindow.of(g, row, outX);
                int to = yOffset + (row * g.outW() + outX) * g.channels();
                Arrays.fill(y, to, to + g.channels(), 0f);
                w.forEach(from -> {
                    for (int c = 0; c < g.channels(); c++) {
                        y[to + c] += x[xOffset + from + c];
                    }
                });
                float count = w.size();
                for (int c = 0; c < g.channels(); c++) {
                    y[to + c] /= count;
                }
            }
        });
    }

    @Override
    public void maxGradient(
            PoolGeometry g,
            float[] x,
            int xOffset,
            float[] dy,
            int dyOffset,
            float[] dx,
            int dxOffset,
            Workers workers) {
        forEachImage(g, dx, dxOffset, workers, (row, outX) -> {
            PoolWindow w = PoolWindow.of(g, row, outX);
            int gradient = dyOffset + (row * g.outW() + outX) * g.channels();
            for (int c = 0; c < g.channels(); c++) {
                int best = w.firstMaximum(x, xOffset + c);
                if (best >= 0) {
                    dx[dxOffset + best + c] += dy[gradient + c];
                }
            }
        });
    }

    @Override
    public void averageGradient(PoolGeometry g, float[] dy, int dyOffset, float[] dx, int dxOffset, Workers workers) {
        forEachImage(g, dx, dxOffset, workers, (row, outX) -> {
            PoolWindow w = PoolWindow.of(g, row, outX);
            int gradient = dyOffset + (row * g.outW() + outX) * g.channels();
            float count = w.size();
            w.forEach(to -> {
                for (int c = 0; c < g.channels(); c++) {
                    dx[dxOffset + to + c] += dy[gradient + c] / count;
                }
            });
        });
    }

    private interface Pixel {
        void accept(int row, int outX);
    }

    private static void forEachRow(PoolGeometry g, Workers workers, IntConsumer body) {
        choose(g, workers).run(g.batch() * g.outD() * g.outH(), body);
    }

    /** Windows overlap, so an image is one task; dx starts from zero. */
    private static void forEachImage(PoolGeometry g, float[] dx, int dxOffset, Workers workers, Pixel body) {
        int imageSize = g.inD() * g.inH() * g.inW() * g.channels();
        int rows = g.outD() * g.outH();
        choose(g, workers).run(g.batch(), image -> {
            Arrays.fill(dx, dxOffset + image * imageSize, dxOffset + (image + 1) * imageSize, 0f);
            for (int row = image * rows; row < (image + 1) * rows; row++) {
                for (int outX = 0; outX < g.outW(); outX++) {
                    body.accept(row, outX);
                }
            }
        });
    }

    private static Workers choose(PoolGeometry g, Workers workers) {
        long pixels = (long) g.batch() * g.outD() * g.outH() * g.outW();
        long work = pixels * g.channels() * g.windowD() * g.windowH() * g.windowW();
        return work < PARALLEL_WORK ? Workers.single() : workers;
    }
}
