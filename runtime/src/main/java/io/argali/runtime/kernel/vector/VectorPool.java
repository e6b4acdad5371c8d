package io.argali.runtime.kernel.vector;

import io.argali.runtime.kernel.PoolGeometry;
import io.argali.runtime.kernel.PoolKernel;
import io.argali.runtime.kernel.Workers;
import io.argali.runtime.kernel.scalar.ScalarPool;
import java.util.Arrays;
import java.util.function.IntConsumer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Pooling over vectors of channels; fewer channels than a vector has lanes are left to the scalar kernel. */
final class VectorPool implements PoolKernel {
    private static final VectorSpecies<Float> SPECIES = Tiles.SPECIES;
    private static final int LANES = Tiles.LANES;

    /** Elements read below which one thread is faster. */
    private static final long PARALLEL_WORK = 400_000;

    private final ScalarPool scalar = new ScalarPool();

    @Override
    public void max(PoolGeometry g, float[] x, int xOffset, float[] y, int yOffset, Workers workers) {
        if (g.channels() < LANES) {
            scalar.max(g, x, xOffset, y, yOffset, workers);
            return;
        }
        run(g, g.batch() * g.outD() * g.outH(), workers, row -> {
            for (int outX = 0; outX < g.outW(); outX++) {
                maxPixel(g, x, xOffset, row, outX, y, yOffset + (row * g.outW() + outX) * g.channels());
            }
        });
    }

    @Override
    public void average(PoolGeometry g, float[] x, int xOffset, float[] y, int yOffset, Workers workers) {
        if (g.channels() < LANES) {
            scalar.average(g, x, xOffset, y, yOffset, workers);
            return;
        }
        run(g, g.batch() * g.outD() * g.outH(), workers, row -> {
            for (int outX = 0; outX < g.outW(); outX++) {
                averagePixel(g, x, xOffset, row, outX, y, yOffset + (row * g.outW() + outX) * g.channels());
            }
        });
    }

    /** The last vector overlaps the one before where channels do not fill whole vectors: it writes the same values again. */
    private static void maxPixel(PoolGeometry g, float[] x, int xOffset, int row, int outX, float[] y, int to) {
        int channels = g.channels();
        int top = row % g.outH() * g.strideH() - g.padH();
        int front = row / g.outH() % g.outD() * g.strideD() - g.padD();
        int left = outX * g.strideW() - g.padW();
        int zFirst = Math.max(front, 0);
        int zLast = Math.min(front + g.windowD(), g.inD());
        int yFirst = Math.max(top, 0);
        int yLast = Math.min(top + g.windowH(), g.inH());
        int xFirst = Math.max(left, 0);
        int count = Math.min(left + g.windowW(), g.inW()) - xFirst;
        int image = row / g.outH() / g.outD() * g.inD();
        for (int c = 0; c < channels; c += LANES) {
            int channel = Math.min(c, channels - LANES);
            FloatVector s = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
            for (int z = zFirst; z < zLast; z++) {
                for (int yy = yFirst; yy < yLast; yy++) {
                    int from = xOffset + (((image + z) * g.inH() + yy) * g.inW() + xFirst) * channels + channel;
                    for (int i = 0; i < count; i++) {
                        s = s.max(FloatVector.fromArray(SPECIES, x, from + i * channels));
                    }
                }
            }
            s.intoArray(y, to + channel);
        }
    }

    private static void averagePixel(PoolGeometry g, float[] x, int xOffset, int row, int outX, float[] y, int to) {
        int channels = g.channels();
        int top = row % g.outH() * g.strideH() - g.padH();
        int front = row / g.outH() % g.outD() * g.strideD() - g.padD();
        int left = outX * g.strideW() - g.padW();
        int zFirst = Math.max(front, 0);
        int zLast = Math.min(front + g.windowD(), g.inD());
        int yFirst = Math.max(top, 0);
        int yLast = Math.min(top + g.windowH(), g.inH());
        int xFirst = Math.max(left, 0);
        int count = Math.min(left + g.windowW(), g.inW()) - xFirst;
        int image = row / g.outH() / g.outD() * g.inD();
        float size = Math.max(0, zLast - zFirst) * Math.max(0, yLast - yFirst) * Math.max(0, count);
        for (int c = 0; c < channels; c += LANES) {
            int channel = Math.min(c, channels - LANES);
            FloatVector s = FloatVector.zero(SPECIES);
            for (int z = zFirst; z < zLast; z++) {
                for (int yy = yFirst; yy < yLast; yy++) {
                    int from = xOffset + (((image + z) * g.inH() + yy) * g.inW() + xFirst) * channels + channel;
                    for (int i = 0; i < count; i++) {
                        s = s.add(FloatVector.fromArray(SPECIES, x, from + i * channels));
                    }
                }
            }
            s.div(size).intoArray(y, to + channel);
        }
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
        if (g.channels() < LANES) {
            scalar.maxGradient(g, x, xOffset, dy, dyOffset, dx, dxOffset, workers);
            return;
        }
        int rows = g.outD() * g.outH();
        runImages(g, dx, dxOffset, workers, image -> {
            for (int row = image * rows; row < (image + 1) * rows; row++) {
                for (int outX = 0; outX < g.outW(); outX++) {
                    int gradient = dyOffset + (row * g.outW() + outX) * g.channels();
                    maxGradientPixel(g, x, xOffset, row, outX, dy, gradient, dx, dxOffset);
                }
            }
        });
    }

    private static void maxGradientPixel(
            PoolGeometry g,
            float[] x,
            int xOffset,
            int row,
            int outX,
            float[] dy,
            int dyOffset,
            float[] dx,
            int dxOffset) {
        int channels = g.channels();
        int top = row % g.outH() * g.strideH() - g.padH();
        int front = row / g.outH() % g.outD() * g.strideD() - g.padD();
        int left = outX * g.strideW() - g.padW();
        int zFirst = Math.max(front, 0);
        int zLast = Math.min(front + g.windowD(), g.inD());
        int yFirst = Math.max(top, 0);
        int yLast = Math.min(top + g.windowH(), g.inH());
        int xFirst = Math.max(left, 0);
        int count = Math.min(left + g.windowW(), g.inW()) - xFirst;
        int image = row / g.outH() / g.outD() * g.inD();
        for (int c = 0; c < channels; c += LANES) {
            VectorMask<Float> open = SPECIES.indexInRange(c, channels); // channels that have not found their maximum
            FloatVector s = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
            for (int z = zFirst; z < zLast; z++) {
                for (int yy = yFirst; yy < yLast; yy++) {
                    int at = (((image + z) * g.inH() + yy) * g.inW() + xFirst) * channels + c;
                    for (int i = 0; i < count; i++) {
                        s = s.max(FloatVector.fromArray(SPECIES, x, xOffset + at + i * channels, open));
                    }
                }
            }
            FloatVector gradient = FloatVector.fromArray(SPECIES, dy, dyOffset + c, open);
            for (int z = zFirst; z < zLast; z++) {
                for (int yy = yFirst; yy < yLast; yy++) {
                    int at = (((image + z) * g.inH() + yy) * g.inW() + xFirst) * channels + c;
                    for (int i = 0; i < count; i++) {
                        FloatVector v = FloatVector.fromArray(SPECIES, x, xOffset + at + i * channels, open);
                        // not-a-number equals nothing, but where there is one it is the maximum
                        VectorMask<Float> found = v.compare(VectorOperators.EQ, s)
                                .or(v.compare(VectorOperators.NE, v))
                                .and(open);
                        int to = dxOffset + at + i * channels;
                        FloatVector.fromArray(SPECIES, dx, to, found)
                                .add(gradient)
                                .intoArray(dx, to, found);
                        open = open.andNot(found);
                    }
                }
            }
        }
    }

    @Override
    public void averageGradient(PoolGeometry g, float[] dy, int dyOffset, float[] dx, int dxOffset, Workers workers) {
        if (g.channels() < LANES) {
            scalar.averageGradient(g, dy, dyOffset, dx, dxOffset, workers);
            return;
        }
        int rows = g.outD() * g.outH();
        runImages(g, dx, dxOffset, workers, image -> {
            for (int row = image * rows; row < (image + 1) * rows; row++) {
                for (int outX = 0; outX < g.outW(); outX++) {
                    averageGradientPixel(
                            g, row, outX, dy, dyOffset + (row * g.outW() + outX) * g.channels(), dx, dxOffset);
                }
            }
        });
    }

    private static void averageGradientPixel(
            PoolGeometry g, int row, int outX, float[] dy, int dyOffset, float[] dx, int dxOffset) {
        int channels = g.channels();
        int top = row % g.outH() * g.strideH() - g.padH();
        int front = row / g.outH() % g.outD() * g.strideD() - g.padD();
        int left = outX * g.strideW() - g.padW();
        int zFirst = Math.max(front, 0);
        int zLast = Math.min(front + g.windowD(), g.inD());
        int yFirst = Math.max(top, 0);
        int yLast = Math.min(top + g.windowH(), g.inH());
        int xFirst = Math.max(left, 0);
        int count = Math.min(left + g.windowW(), g.inW()) - xFirst;
        int image = row / g.outH() / g.outD() * g.inD();
        float size = Math.max(0, zLast - zFirst) * Math.max(0, yLast - yFirst) * Math.max(0, count);
        for (int c = 0; c < channels; c += LANES) {
            VectorMask<Float> inside = SPECIES.indexInRange(c, channels);
            FloatVector gradient =
                    FloatVector.fromArray(SPECIES, dy, dyOffset + c, inside).div(size);
            for (int z = zFirst; z < zLast; z++) {
                for (int yy = yFirst; yy < yLast; yy++) {
                    int at = dxOffset + (((image + z) * g.inH() + yy) * g.inW() + xFirst) * channels + c;
                    for (int i = 0; i < count; i++) {
                        int to = at + i * channels;
                        FloatVector.fromArray(SPECIES, dx, to, inside)
                                .add(gradient)
                                .intoArray(dx, to, inside);
                    }
                }
            }
        }
    }

    private static Workers choose(PoolGeometry g, Workers workers) {
        long pixels = (long) g.batch() * g.outD() * g.outH() * g.outW();
        long work = pixels * g.channels() * g.windowD() * g.windowH() * g.windowW();
        return work < PARALLEL_WORK ? Workers.single() : workers;
    }

    /** Rows in a few tasks for each thread. */
    private static void run(PoolGeometry g, int rows, Workers workers, IntConsumer body) {
        Workers chosen = choose(g, workers);
        int tasks = Math.min(rows, 4 * chosen.parallelism());
        chosen.run(tasks, task -> {
            int last = (int) ((task + 1L) * rows / tasks);
            for (int row = (int) ((long) task * rows / tasks); row < last; row++) {
                body.accept(row);
            }
        });
    }

    /** Windows overlap, so an image is one task; dx starts from zero. */
    private static void runImages(PoolGeometry g, float[] dx, int dxOffset, Workers workers, IntConsumer body) {
        int imageFloats = g.inD() * g.inH() * g.inW() * g.channels();
        choose(g, workers).run(g.batch(), image -> {
            Arrays.fill(dx, dxOffset + image * imageFloats, dxOffset + (image + 1) * imageFloats, 0f);
            body.accept(image);
        });
    }
}
