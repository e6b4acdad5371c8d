package io.argali.runtime.kernel.vector;

import io.argali.runtime.kernel.BiasActivation;
import io.argali.runtime.kernel.ConvGeometry;
import io.argali.runtime.kernel.ConvKernel;
import io.argali.runtime.kernel.Epilogue;
import io.argali.runtime.kernel.Workers;
import io.argali.runtime.kernel.scalar.ScalarConv;
import java.util.Arrays;
import java.util.function.IntConsumer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/**
 * Convolution of each channel by itself. Vectors run over channels and each weight serves four neighbouring pixels. Nothing is
 * padded: pixels whose window hangs over the border get a list of the taps inside. With a depth multiplier the input's channels are
 * repeated first.
 */
final class VectorDepthwise {
    private static final VectorSpecies<Float> SPECIES = Tiles.SPECIES;
    private static final int LANES = Tiles.LANES;

    /** Multiply-adds below which one thread is faster. */
    private static final long PARALLEL_WORK = 500_000;

    private final ScalarConv scalar = new ScalarConv();

    /** Whether the gradients run here: no depth multiplier, and channels for a vector. */
    static boolean handles(ConvGeometry g) {
        return g.outChannels() == g.inChannels() && g.inChannels() >= LANES;
    }

    int scratchSize(ConvGeometry g) {
        return g.outChannels() == g.inChannels() || g.outChannels() < LANES
                ? 0
                : g.batch() * g.inD() * g.inH() * g.inW() * g.outChannels();
    }

    ConvKernel.Convolution prepare(ConvGeometry g, @Nullable Epilogue epilogue, Workers workers) {
        return g.outChannels() < LANES ? scalar.prepare(g, epilogue, workers) : new Rows(g, epilogue, workers);
    }

    /** Operands as fields, so that a run hands its tasks out without making an object. */
    private static final class Rows implements ConvKernel.Convolution {
        private final ConvGeometry g;
        private final Workers workers;
        private final int rows;
        private final int tasks;
        private final BiasActivation start;
        private final @Nullable Epilogue rest;
        private final IntConsumer task = this::rows;

        private float[] x = {};
        private int xOffset;
        private float[] kernel = {};
        private int kernelOffset;
        private float[] y = {};
        private int yOffset;

        Rows(ConvGeometry g, @Nullable Epilogue epilogue, Workers workers) {
            this.g = g;
            this.workers = choose(g, workers);
            rows = g.batch() * g.outD() * g.outH();
            tasks = Math.min(rows, 4 * this.workers.parallelism());
            boolean fused = isSquare(g) && Epilogue.start(epilogue).residual() == null;
            start = fused ? Epilogue.start(epilogue) : BiasActivation.NONE;
            rest = fused ? Epilogue.rest(epilogue) : epilogue;
        }

        @Override
        public void run(
                float[] x,
                int xOffset,
                float[] packed,
                int packedOffset,
                float[] scratch,
                int scratchOffset,
                float[] y,
                int yOffset) {
            this.x = x;
            this.xOffset = xOffset;
            if (g.outChannels() > g.inChannels()) {
                repeatChannels(g, x, xOffset, scratch, scratchOffset, workers);
                this.x = scratch;
                this.xOffset = scratchOffset;
            }
            this.kernel = packed;
            this.kernelOffset = packedOffset;
            this.y = y;
            this.yOffset = yOffset;
            workers.run(tasks, task);
        }

        private void rows(int task) {
            int rowFloats = g.outW() * g.outChannels();
            int last = (int) ((task + 1L) * rows / tasks);
            for (int row = (int) ((long) task * rows / tasks); row < last; row++) {
                int to = yOffset + row * rowFloats;
                convolveRow(g, x, xOffset, kernel, kernelOffset, y, to, row, start);
                if (rest != null) {
                    rest.apply(y, to, g.outW(), g.outChannels(), g.outChannels(), row * g.outW(), 0);
                }
            }
        }
    }

    private static void repeatChannels(
            ConvGeometry g, float[] x, int xOffset, float[] y, int yOffset, Workers workers) {
        int times = g.outChannels() / g.inChannels();
        int rowFloats = g.inW() * g.inChannels();
        workers.run(g.batch() * g.inD() * g.inH(), row -> {
            int to = yOffset + row * rowFloats * times;
            for (int i = 0; i < rowFloats; i++) {
                float value = x[xOffset + row * rowFloats + i];
                for (int j = 0; j < times; j++) {
                    y[to++] = value;
                }
            }
        });
    }

    /** Whether the window is one of those with loops of their own. */
    private static boolean isSquare(ConvGeometry g) {
        boolean plain = g.kD() == 1 && g.kH() == g.kW() && g.dilationW() == 1 && g.strideW() <= 2;
        return plain && (g.kW() == 3 || g.kW() == 5);
    }

    private static void convolveRow(
            ConvGeometry g,
            float[] x,
            int xOffset,
            float[] kernel,
            int kernelOffset,
            float[] y,
            int yOffset,
            int row,
            BiasActivation start) {
        int channels = g.outChannels();
        int z = row / g.outH() % g.outD() * g.strideD() - g.padD();
        int top = row % g.outH() * g.strideH() - g.padH();
        int image = xOffset + row / g.outH() / g.outD() * g.inD() * g.inH() * g.inW() * channels;
        Tables tables = Tables.local();
        int[] xTaps = tables.aRows(g.kD() * g.kH() * g.kW());
        int[] wTaps = tables.cRows(g.kD() * g.kH() * g.kW());
        if (isSquare(g)) {
            for (int ky = 0; ky < g.kH(); ky++) {
                int yy = top + ky * g.dilationH();
                boolean outside = z < 0 || z >= g.inD() || yy < 0 || yy >= g.inH();
                xTaps[ky] = outside ? -1 : image + (z * g.inH() + yy) * g.inW() * channels;
            }
            int left = -g.padW();
            if (g.kW() == 3) {
                Depthwise3x3.row(
                        x,
                        xTaps,
                        g.inW(),
                        left,
                        g.strideW(),
                        kernel,
                        kernelOffset,
                        y,
                        yOffset,
                        g.outW(),
                        channels,
                        start);
            } else {
                Depthwise5x5.row(
                        x,
                        xTaps,
                        g.inW(),
                        left,
                        g.strideW(),
                        kernel,
                        kernelOffset,
                        y,
                        yOffset,
                        g.outW(),
                        channels,
                        start);
            }
            return;
        }
        int step = g.strideW() * channels;
        int outX = 0;
        while (outX < g.outW()) {
            int left = outX * g.strideW() - g.padW();
            boolean inside = left >= 0 && left + (g.kW() - 1) * g.dilationW() < g.inW();
            int taps = 0;
            for (int kz = 0; kz < g.kD(); kz++) {
                int zz = z + kz * g.dilationD();
                for (int ky = 0; ky < g.kH(); ky++) {
                    int yy = top + ky * g.dilationH();
                    for (int kx = 0; kx < g.kW(); kx++) {
                        int xx = left + kx * g.dilationW();
                        if (zz >= 0 && zz < g.inD() && yy >= 0 && yy < g.inH() && xx >= 0 && xx < g.inW()) {
                            xTaps[taps] = image + ((zz * g.inH() + yy) * g.inW() + xx) * channels;
                            wTaps[taps++] = kernelOffset + ((kz * g.kH() + ky) * g.kW() + kx) * channels;
                        }
                    }
                }
            }
            int to = yOffset + outX * channels;
            if (!inside) {
                onePixel(x, xTaps, kernel, wTaps, taps, y, to, channels);
                outX++;
                continue;
            }
            // all pixels up to the right border see the same taps, each a step further
            int last = Math.min(g.outW(), (g.inW() - 1 - (g.kW() - 1) * g.dilationW() + g.padW()) / g.strideW() + 1);
            int moved = 0;
            for (; outX + 4 <= last; outX += 4, moved += 4) {
                fourPixels(x, xTaps, moved * step, step, kernel, wTaps, taps, y, yOffset + outX * channels, channels);
            }
            for (; outX < last; outX++, moved++) {
                for (int tap = 0; tap < taps; tap++) {
                    xTaps[tap] += moved * step;
                }
                onePixel(x, xTaps, kernel, wTaps, taps, y, yOffset + outX * channels, channels);
                for (int tap = 0; tap < taps; tap++) {
                    xTaps[tap] -= moved * step;
                }
            }
        }
    }

    /** The last vector overlaps the one before where channels do not fill whole vectors: it writes the same values again. */
    private static void onePixel(
            float[] x, int[] xTaps, float[] w, int[] wTaps, int taps, float[] y, int yOffset, int channels) {
        for (int c = 0; c < channels; c += LANES) {
            int channel = Math.min(c, channels - LANES);
            FloatVector s = FloatVector.zero(SPECIES);
            for (int tap = 0; tap < taps; tap++) {
                s = FloatVector.fromArray(SPECIES, w, wTaps[tap] + channel)
                        .fma(FloatVector.fromArray(SPECIES, x, xTaps[tap] + channel), s);
            }
            s.intoArray(y, yOffset + channel);
        }
    }

    private static void fourPixels(
            float[] x,
            int[] xTaps,
            int xOffset,
            int step,
            float[] w,
            int[] wTaps,
            int taps,
            float[] y,
            int yOffset,
            int channels) {
        int c = 0;
        for (; c + 2 * LANES <= channels; c += 2 * LANES) {
            FloatVector s00 = FloatVector.zero(SPECIES);
            FloatVector s01 = s00;
            FloatVector s10 = s00;
            FloatVector s11 = s00;
            FloatVector s20 = s00;
            FloatVector s21 = s00;
            FloatVector s30 = s00;
            FloatVector s31 = s00;
            for (int tap = 0; tap < taps; tap++) {
                int from = xTaps[tap] + xOffset + c;
                FloatVector w0 = FloatVector.fromArray(SPECIES, w, wTaps[tap] + c);
                FloatVector w1 = FloatVector.fromArray(SPECIES, w, wTaps[tap] + c + LANES);
                s00 = w0.fma(FloatVector.fromArray(SPECIES, x, from), s00);
                s01 = w1.fma(FloatVector.fromArray(SPECIES, x, from + LANES), s01);
                s10 = w0.fma(FloatVector.fromArray(SPECIES, x, from + step), s10);
                s11 = w1.fma(FloatVector.fromArray(SPECIES, x, from + step + LANES), s11);
                s20 = w0.fma(FloatVector.fromArray(SPECIES, x, from + 2 * step), s20);
                s21 = w1.fma(FloatVector.fromArray(SPECIES, x, from + 2 * step + LANES), s21);
                s30 = w0.fma(FloatVector.fromArray(SPECIES, x, from + 3 * step), s30);
                s31 = w1.fma(FloatVector.fromArray(SPECIES, x, from + 3 * step + LANES), s31);
            }
            int to = yOffset + c;
            s00.intoArray(y, to);
            s01.intoArray(y, to + LANES);
            s10.intoArray(y, to + channels);
            s11.intoArray(y, to + channels + LANES);
            s20.intoArray(y, to + 2 * channels);
            s21.intoArray(y, to + 2 * channels + LANES);
            s30.intoArray(y, to + 3 * channels);
            s31.intoArray(y, to + 3 * channels + LANES);
        }
        for (; c < channels; c += LANES) {
            int channel = Math.min(c, channels - LANES);
            FloatVector s0 = FloatVector.zero(SPECIES);
            FloatVector s1 = s0;
            FloatVector s2 = s0;
            FloatVector s3 = s0;
            for (int tap = 0; tap < taps; tap++) {
                int from = xTaps[tap] + xOffset + channel;
                FloatVector weight = FloatVector.fromArray(SPECIES, w, wTaps[tap] + channel);
                s0 = weight.fma(FloatVector.fromArray(SPECIES, x, from), s0);
                s1 = weight.fma(FloatVector.fromArray(SPECIES, x, from + step), s1);
                s2 = weight.fma(FloatVector.fromArray(SPECIES, x, from + 2 * step), s2);
                s3 = weight.fma(FloatVector.fromArray(SPECIES, x, from + 3 * step), s3);
            }
            int to = yOffset + channel;
            s0.intoArray(y, to);
            s1.intoArray(y, to + channels);
            s2.intoArray(y, to + 2 * channels);
            s3.intoArray(y, to + 3 * channels);
        }
    }

    void inputGradient(
            ConvGeometry g,
            float[] dy,
            int dyOffset,
            float[] kernel,
            int kernelOffset,
            float[] dx,
            int dxOffset,
            @Nullable Epilogue epilogue,
            Workers workers) {
        int channels = g.inChannels();
        runRows(g, g.batch() * g.inD() * g.inH(), workers, row -> {
            for (int inX = 0; inX < g.inW(); inX++) {
                inputGradientPixel(
                        g,
                        dy,
                        dyOffset,
                        kernel,
                        kernelOffset,
                        dx,
                        dxOffset + (row * g.inW() + inX) * channels,
                        row,
                        inX);
            }
            if (epilogue != null) {
                epilogue.apply(dx, dxOffset + row * g.inW() * channels, g.inW(), channels, channels, row * g.inW(), 0);
            }
        });
    }

    private static void inputGradientPixel(
            ConvGeometry g,
            float[] dy,
            int dyOffset,
            float[] kernel,
            int kernelOffset,
            float[] dx,
            int to,
            int row,
            int inX) {
        int channels = g.inChannels();
        int z = row / g.inH() % g.inD() + g.padD();
        int y = row % g.inH() + g.padH();
        int x = inX + g.padW();
        int image = dyOffset + row / g.inH() / g.inD() * g.outD() * g.outH() * g.outW() * channels;
        Tables tables = Tables.local();
        int[] dyTaps = tables.aRows(g.kD() * g.kH() * g.kW());
        int[] wTaps = tables.cRows(g.kD() * g.kH() * g.kW());
        int taps = 0;
        for (int kz = 0; kz < g.kD(); kz++) {
            int zz = source(z - kz * g.dilationD(), g.strideD(), g.outD());
            for (int ky = 0; ky < g.kH() && zz >= 0; ky++) {
                int yy = source(y - ky * g.dilationH(), g.strideH(), g.outH());
                for (int kx = 0; kx < g.kW() && yy >= 0; kx++) {
                    int xx = source(x - kx * g.dilationW(), g.strideW(), g.outW());
                    if (xx >= 0) {
                        dyTaps[taps] = image + ((zz * g.outH() + yy) * g.outW() + xx) * channels;
                        wTaps[taps++] = kernelOffset + ((kz * g.kH() + ky) * g.kW() + kx) * channels;
                    }
                }
            }
        }
        onePixel(dy, dyTaps, kernel, wTaps, taps, dx, to, channels);
    }

    /** The output position that reads this far from the input's padded start, or -1. */
    private static int source(int distance, int stride, int size) {
        return distance >= 0 && distance % stride == 0 && distance / stride < size ? distance / stride : -1;
    }

    /** A task is one tap. */
    void kernelGradient(
            ConvGeometry g,
            float[] x,
            int xOffset,
            float[] dy,
            int dyOffset,
            float[] dKernel,
            int dKernelOffset,
            Workers workers) {
        choose(g, workers).run(g.kD() * g.kH() * g.kW(), tap -> {
            int kx = tap % g.kW() * g.dilationW() - g.padW();
            int ky = tap / g.kW() % g.kH() * g.dilationH() - g.padH();
            int kz = tap / g.kW() / g.kH() * g.dilationD() - g.padD();
            int channels = g.inChannels();
            int to = dKernelOffset + tap * channels;
            Arrays.fill(dKernel, to, to + channels, 0f);
            int first = Math.ceilDiv(Math.max(0, -kx), g.strideW());
            int last = Math.min(g.outW(), Math.floorDiv(g.inW() - 1 - kx, g.strideW()) + 1);
            for (int row = 0; row < g.batch() * g.outD() * g.outH(); row++) {
                int y = row % g.outH() * g.strideH() + ky;
                int z = row / g.outH() % g.outD() * g.strideD() + kz;
                if (y < 0 || y >= g.inH() || z < 0 || z >= g.inD() || first >= last) {
                    continue;
                }
                int image = row / g.outH() / g.outD();
                int from = xOffset
                        + (((image * g.inD() + z) * g.inH() + y) * g.inW() + first * g.strideW() + kx) * channels;
                addProducts(
                        last - first,
                        x,
                        from,
                        g.strideW() * channels,
                        dy,
                        dyOffset + (row * g.outW() + first) * channels,
                        channels,
                        dKernel,
                        to,
                        channels);
            }
        });
    }

    /** {@code sum[c] += Σ_i x[i][c] · dy[i][c]}. */
    private static void addProducts(
            int n,
            float[] x,
            int xOffset,
            int xStep,
            float[] dy,
            int dyOffset,
            int dyStep,
            float[] sum,
            int sumOffset,
            int channels) {
        int c = 0;
        for (; c + LANES <= channels; c += LANES) {
            FloatVector s = FloatVector.fromArray(SPECIES, sum, sumOffset + c);
            for (int i = 0; i < n; i++) {
                s = FloatVector.fromArray(SPECIES, x, xOffset + i * xStep + c)
                        .fma(FloatVector.fromArray(SPECIES, dy, dyOffset + i * dyStep + c), s);
            }
            s.intoArray(sum, sumOffset + c);
        }
        for (; c < channels; c++) {
            float s = sum[sumOffset + c];
            for (int i = 0; i < n; i++) {
                s += x[xOffset + i * xStep + c] * dy[dyOffset + i * dyStep + c];
            }
            sum[sumOffset + c] = s;
        }
    }

    private static Workers choose(ConvGeometry g, Workers workers) {
        long work = (long) g.outPixels() * g.outChannels() * g.kD() * g.kH() * g.kW();
        return work < PARALLEL_WORK ? Workers.single() : workers;
    }

    /** Rows in a few tasks for each thread. */
    private static void runRows(ConvGeometry g, int rows, Workers workers, IntConsumer body) {
        Workers chosen = choose(g, workers);
        int tasks = Math.min(rows, 4 * chosen.parallelism());
        chosen.run(tasks, task -> {
            int last = (int) ((task + 1L) * rows / tasks);
            for (int row = (int) ((long) task * rows / tasks); row < last; row++) {
                body.accept(row);
            }
        });
    }
}
