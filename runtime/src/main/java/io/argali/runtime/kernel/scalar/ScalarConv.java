package io.argali.runtime.kernel.scalar;

import io.argali.runtime.kernel.ConvGeometry;
import io.argali.runtime.kernel.ConvKernel;
import io.argali.runtime.kernel.Epilogue;
import io.argali.runtime.kernel.Workers;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Convolution tap by tap: each output pixel adds, for each kernel position that falls inside the input, a vector-matrix product.
 * Everything is gathered per written pixel (or kernel row), so tasks never write the same place and the order of additions is fixed.
 */
public final class ScalarConv implements ConvKernel {
    /** Multiply-adds below which one thread is faster. */
    private static final long PARALLEL_WORK = 400_000;

    @Override
    public int packedSize(ConvGeometry g) {
        return kernelSize(g);
    }

    /** As it is. */
    @Override
    public void pack(ConvGeometry g, float[] kernel, int offset, float[] packed, int packedOffset) {
        System.arraycopy(kernel, offset, packed, packedOffset, kernelSize(g));
    }

    @Override
    public int scratchSize(ConvGeometry g, Workers workers) {
        return 0;
    }

    @Override
    public void convolve(
            ConvGeometry g,
            float[] x,
            int xOffset,
            float[] packed,
            int packedOffset,
            float[] scratch,
            int scratchOffset,
            float[] y,
            int yOffset,
            @Nullable Epilogue epilogue,
            Workers workers) {
        int rowSize = g.outW() * g.outChannels();
        int rows = g.batch() * g.outD() * g.outH();
        run(g, rows, workers, row -> {
            int to = yOffset + row * rowSize;
            ScalarLoops.fill(y, to, rowSize, 0f);
            for (int outX = 0; outX < g.outW(); outX++) {
                convolvePixel(g, x, xOffset, packed, packedOffset, row, outX, y, to + outX * g.outChannels());
            }
            if (epilogue != null) {
                epilogue.apply(y, to, g.outW(), g.outChannels(), g.outChannels(), row * g.outW(), 0);
            }
        });
    }

    private static void convolvePixel(
            ConvGeometry g,
            float[] x,
            int xOffset,
            float[] kernel,
            int kernelOffset,
            int row,
            int outX,
            float[] y,
            int to) {
        int outY = row % g.outH();
        int outZ = row / g.outH() % g.outD();
        int image = row / g.outH() / g.outD();
        int groupIn = g.inChannels() / g.groups();
        int groupOut = g.outChannels() / g.groups();
        for (int kz = 0; kz < g.kD(); kz++) {
            int z = outZ * g.strideD() - g.padD() + kz * g.dilationD();
            for (int ky = 0; ky < g.kH(); ky++) {
                int yy = outY * g.strideH() - g.padH() + ky * g.dilationH();
                for (int kx = 0; kx < g.kW(); kx++) {
                    int xx = outX * g.strideW() - g.padW() + kx * g.dilationW();
                    if (outside(z, g.inD()) || outside(yy, g.inH()) || outside(xx, g.inW())) {
                        continue;
                    }
                    int from = xOffset + (((image * g.inD() + z) * g.inH() + yy) * g.inW() + xx) * g.inChannels();
                    int tap = kernelOffset + ((kz * g.kH() + ky) * g.kW() + kx) * groupIn * g.outChannels();
                    if (g.isDepthwise() && groupOut == 1) {
                        ScalarLoops.addProducts(g.outChannels(), x, from, kernel, tap, y, to);
                        continue;
                    }
                    for (int group = 0; group < g.groups(); group++) {
                        ScalarLoops.addProduct(
                                groupIn,
                                x,
                                from + group * groupIn,
                                1,
                                groupOut,
                                kernel,
                                tap + group * groupOut,
                                g.outChannels(),
                                y,
                                to + group * groupOut);
                    }
                }
            }
        }
    }

    @Override
    public int inputGradientPackedSize(ConvGeometry g) {
        return kernelSize(g);
    }

    /** {@code (kD, kH, kW, outChannels, inChannels / groups)}: the last two axes change places. */
    @Override
    public void packForInputGradient(ConvGeometry g, float[] kernel, int offset, float[] packed, int packedOffset) {
        int groupIn = g.inChannels() / g.groups();
        int taps = g.kD() * g.kH() * g.kW();
        for (int tap = 0; tap < taps; tap++) {
            for (int in = 0; in < groupIn; in++) {
                for (int out = 0; out < g.outChannels(); out++) {
                    packed[packedOffset + (tap * g.outChannels() + out) * groupIn + in] =
                            kernel[offset + (tap * groupIn + in) * g.outChannels() + out];
                }
            }
        }
    }

    @Override
    public int inputGradientScratchSize(ConvGeometry g, Workers workers) {
        return 0;
    }

    @Override
    public void inputGradient(
            ConvGeometry g,
            float[] dy,
            int dyOffset,
            float[] packed,
            int packedOffset,
            float[] scratch,
            int scratchOffset,
            float[] dx,
            int dxOffset,
            @Nullable Epilogue epilogue,
            Workers workers) {
        int rowSize = g.inW() * g.inChannels();
        int rows = g.batch() * g.inD() * g.inH();
        run(g, rows, workers, row -> {
            int to = dxOffset + row * rowSize;
            ScalarLoops.fill(dx, to, rowSize, 0f);
            for (int inX = 0; inX < g.inW(); inX++) {
                inputGradientPixel(g, dy, dyOffset, packed, packedOffset, row, inX, dx, to + inX * g.inChannels());
            }
            if (epilogue != null) {
                epilogue.apply(dx, to, g.inW(), g.inChannels(), g.inChannels(), row * g.inW(), 0);
            }
        });
    }

    private static void inputGradientPixel(
            ConvGeometry g,
            float[] dy,
            int dyOffset,
            float[] packed,
            int packedOffset,
            int row,
            int inX,
            float[] dx,
            int to) {
        int inY = row % g.inH();
        int inZ = row / g.inH() % g.inD();
        int image = row / g.inH() / g.inD();
        int groupIn = g.inChannels() / g.groups();
        int groupOut = g.outChannels() / g.groups();
        for (int kz = 0; kz < g.kD(); kz++) {
            int z = source(inZ + g.padD() - kz * g.dilationD(), g.strideD(), g.outD());
            for (int ky = 0; ky < g.kH(); ky++) {
                int yy = source(inY + g.padH() - ky * g.dilationH(), g.strideH(), g.outH());
                for (int kx = 0; kx < g.kW(); kx++) {
                    int xx = source(inX + g.padW() - kx * g.dilationW(), g.strideW(), g.outW());
                    if (z < 0 || yy < 0 || xx < 0) {
                        continue;
                    }
                    int from = dyOffset + (((image * g.outD() + z) * g.outH() + yy) * g.outW() + xx) * g.outChannels();
                    int tap = packedOffset + ((kz * g.kH() + ky) * g.kW() + kx) * g.outChannels() * groupIn;
                    if (g.isDepthwise() && groupOut == 1) {
                        ScalarLoops.addProducts(g.inChannels(), dy, from, packed, tap, dx, to);
                        continue;
                    }
                    for (int group = 0; group < g.groups(); group++) {
                        ScalarLoops.addProduct(
                                groupOut,
                                dy,
                                from + group * groupOut,
                                1,
                                groupIn,
                                packed,
                                tap + group * groupOut * groupIn,
                                groupIn,
                                dx,
                                to + group * groupIn);
                    }
                }
            }
        }
    }

    /** The output position that reads this far from the input's padded start, or -1. */
    private static int source(int distance, int stride, int size) {
        return distance >= 0 && distance % stride == 0 && distance / stride < size ? distance / stride : -1;
    }

    @Override
    public int kernelGradientScratchSize(ConvGeometry g, Workers workers) {
        return 0;
    }

    /** A task is one kernel position. */
    @Override
    public void kernelGradient(
            ConvGeometry g,
            float[] x,
            int xOffset,
            float[] dy,
            int dyOffset,
            float[] scratch,
            int scratchOffset,
            float[] dKernel,
            int dKernelOffset,
            Workers workers) {
        int tapSize = g.inChannels() / g.groups() * g.outChannels();
        run(g, g.kD() * g.kH() * g.kW(), workers, tap -> {
            int to = dKernelOffset + tap * tapSize;
            ScalarLoops.fill(dKernel, to, tapSize, 0f);
            for (int pixel = 0; pixel < g.outPixels(); pixel++) {
                kernelGradientPixel(g, x, xOffset, dy, dyOffset, tap, pixel, dKernel, to);
            }
        });
    }

    private static void kernelGradientPixel(
            ConvGeometry g,
            float[] x,
            int xOffset,
            float[] dy,
            int dyOffset,
            int tap,
            int pixel,
            float[] dKernel,
            int to) {
        int outX = pixel % g.outW();
        int outY = pixel / g.outW() % g.outH();
        int outZ = pixel / g.outW() / g.outH() % g.outD();
        int image = pixel / g.outW() / g.outH() / g.outD();
        int xx = outX * g.strideW() - g.padW() + tap % g.kW() * g.dilationW();
        int yy = outY * g.strideH() - g.padH() + tap / g.kW() % g.kH() * g.dilationH();
        int z = outZ * g.strideD() - g.padD() + tap / g.kW() / g.kH() * g.dilationD();
        if (outside(z, g.inD()) || outside(yy, g.inH()) || outside(xx, g.inW())) {
            return;
        }
        int groupIn = g.inChannels() / g.groups();
        int groupOut = g.outChannels() / g.groups();
        int from = xOffset + (((image * g.inD() + z) * g.inH() + yy) * g.inW() + xx) * g.inChannels();
        int gradient = dyOffset + pixel * g.outChannels();
        if (g.isDepthwise() && groupOut == 1) {
            ScalarLoops.addProducts(g.outChannels(), x, from, dy, gradient, dKernel, to);
            return;
        }
        for (int group = 0; group < g.groups(); group++) {
            for (int in = 0; in < groupIn; in++) {
                ScalarLoops.addScaled(
                        x[from + group * groupIn + in],
                        groupOut,
                        dy,
                        gradient + group * groupOut,
                        dKernel,
                        to + in * g.outChannels() + group * groupOut);
            }
        }
    }

    private static boolean outside(int position, int size) {
        return position < 0 || position >= size;
    }

    private static int kernelSize(ConvGeometry g) {
        return g.kD() * g.kH() * g.kW() * (g.inChannels() / g.groups()) * g.outChannels();
    }

    private static void run(ConvGeometry g, int tasks, Workers workers, IntConsumer body) {
        long work = (long) g.outPixels() * kernelSize(g);
        (work < PARALLEL_WORK ? Workers.single() : workers).run(tasks, body);
    }
}
