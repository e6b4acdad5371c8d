package io.argali.runtime.kernel.scalar;

import io.argali.runtime.kernel.ConvGeometry;
import io.argali.runtime.kernel.ConvKernel;
import io.argali.runtime.kernel.Epilogue;
import io.argali.runtime.kernel.Workers;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Convolution tap by tap: along a row of pixels, each tap adds a matrix product of the pixels that it finds inside. Everything is
 * gathered per written row (of pixels, or of the kernel), so tasks never write the same place and the order of additions is fixed.
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
    public Convolution prepare(ConvGeometry g, @Nullable Epilogue epilogue, Workers workers) {
        return (x, xOffset, packed, packedOffset, scratch, scratchOffset, y, yOffset) ->
                convolve(g, x, xOffset, packed, packedOffset, scratch, scratchOffset, y, yOffset, epilogue, workers);
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
        int pixels = g.outPixels();
        if (g.groups() == 1 && g.outChannels() <= ProductBlock.MOST_ROWS && pixels > g.outChannels()) {
            alongPixels(g, x, xOffset, packed, packedOffset, y, yOffset, epilogue, workers);
            return;
        }
        run(g, Math.ceilDiv(pixels, ProductBlock.ROWS), workers, task -> {
            int first = task * ProductBlock.ROWS;
            int count = Math.min(ProductBlock.ROWS, pixels - first);
            int to = yOffset + first * g.outChannels();
            forEachBlock(
                    count,
                    g.groups(),
                    g.outChannels() / g.groups(),
                    isPlainDepthwise(g),
                    (row, rows, group, channel, channels) -> {
                        ProductBlock block = ProductBlock.local();
                        block.clear(rows, channels);
                        addTaps(g, x, xOffset, packed, packedOffset, first, rows, group, channel, channels, block);
                        for (int i = 0; i < rows; i++) {
                            int at = i * g.outChannels() + group * (g.outChannels() / g.groups()) + channel;
                            block.store(i, channels, y, to + at);
                        }
                    });
            if (epilogue != null) {
                epilogue.apply(y, to, count, g.outChannels(), g.outChannels(), first, 0);
            }
        });
    }

    /** The transposed product, for few channels and many pixels: loops along a block's columns are long, whichever of the two they are. */
    private static void alongPixels(
            ConvGeometry g,
            float[] x,
            int xOffset,
            float[] kernel,
            int kernelOffset,
            float[] y,
            int yOffset,
            @Nullable Epilogue epilogue,
            Workers workers) {
        int pixels = g.outPixels(), channels = g.outChannels();
        int together = g.dilationW() == 1 ? g.kW() : 1;
        int threads = workers.parallelism();
        int blocks = Math.ceilDiv(Math.ceilDiv(pixels, ProductBlock.COLUMNS), threads) * threads;
        int perBlock = Math.ceilDiv(pixels, blocks);
        run(g, Math.ceilDiv(pixels, perBlock), workers, task -> {
            int first = task * perBlock;
            int count = Math.min(perBlock, pixels - first);
            ProductBlock block = ProductBlock.local();
            block.clear(channels, count);
            for (int tap = 0; tap < taps(g); tap += together) {
                runs(g, first, tap, together, xOffset, block, count);
                int weights = kernelOffset + tap * g.inChannels() * channels;
                block.addColumns(channels, count, together * g.inChannels(), kernel, weights, channels, x);
            }
            int to = yOffset + first * channels;
            block.storeColumns(channels, count, y, to, channels);
            if (epilogue != null) {
                epilogue.apply(y, to, count, channels, channels, first, 0);
            }
        });
    }

    /** What each pixel finds of a row of taps from {@code tap} on. */
    private static void runs(ConvGeometry g, int first, int tap, int taps, int offset, ProductBlock block, int pixels) {
        int kx = tap % g.kW(), ky = tap / g.kW() % g.kH(), kz = tap / g.kW() / g.kH();
        for (int i = 0; i < pixels; i++) {
            int row = (first + i) / g.outW();
            int image = row / g.outH() / g.outD();
            int z = row / g.outH() % g.outD() * g.strideD() - g.padD() + kz * g.dilationD();
            int yy = row % g.outH() * g.strideH() - g.padH() + ky * g.dilationH();
            int xx = (first + i) % g.outW() * g.strideW() - g.padW() + kx * g.dilationW();
            boolean inside = z >= 0 && z < g.inD() && yy >= 0 && yy < g.inH();
            block.places[i] = offset + (((image * g.inD() + z) * g.inH() + yy) * g.inW() + xx) * g.inChannels();
            block.starts[i] = Math.max(0, -xx) * g.inChannels();
            block.ends[i] = inside ? Math.min(taps, g.inW() - xx) * g.inChannels() : 0;
        }
    }

    /** Adds all taps to the block of output pixels from {@code first}: for each row of taps at once where all are inside the image. */
    private static void addTaps(
            ConvGeometry g,
            float[] x,
            int xOffset,
            float[] kernel,
            int kernelOffset,
            int first,
            int pixels,
            int group,
            int channel,
            int channels,
            ProductBlock block) {
        int groupIn = g.inChannels() / g.groups();
        int groupOut = g.outChannels() / g.groups();
        int[] whole = block.places;
        int[] single = block.morePlaces;
        boolean together = g.groups() == 1 && g.dilationW() == 1;
        for (int kz = 0; kz < g.kD(); kz++) {
            for (int ky = 0; ky < g.kH(); ky++) {
                int tap = (kz * g.kH() + ky) * g.kW();
                int weights = kernelOffset + tap * groupIn * g.outChannels() + group * groupOut + channel;
                int left = together ? places(g, first, kz, ky, 0, g.kW() - 1, xOffset, whole, pixels) : pixels;
                if (left < pixels) {
                    block.add(pixels, channels, g.kW() * groupIn, x, whole, kernel, weights, g.outChannels());
                }
                for (int kx = 0; kx < g.kW() && left > 0; kx++) {
                    int inside = pixels - places(g, first, kz, ky, kx, kx, xOffset + group * groupIn, single, pixels);
                    for (int i = 0; i < pixels && together; i++) {
                        if (whole[i] >= 0) {
                            single[i] = -1;
                        }
                    }
                    int from = weights + kx * groupIn * g.outChannels();
                    if (inside > 0 && isPlainDepthwise(g)) {
                        block.addProducts(pixels, channels, x, channel, single, kernel, from);
                    } else if (inside > 0) {
                        block.add(pixels, channels, groupIn, x, single, kernel, from, g.outChannels());
                    }
                }
            }
        }
    }

    /** Where each pixel finds the first of the taps {@code [kx, kxLast]} of a row; negative where not all of them are inside. Returns how many. */
    private static int places(
            ConvGeometry g, int first, int kz, int ky, int kx, int kxLast, int offset, int[] places, int pixels) {
        int outside = 0;
        for (int i = 0; i < pixels; i++) {
            int pixel = first + i;
            int row = pixel / g.outW();
            int image = row / g.outH() / g.outD();
            int z = row / g.outH() % g.outD() * g.strideD() - g.padD() + kz * g.dilationD();
            int yy = row % g.outH() * g.strideH() - g.padH() + ky * g.dilationH();
            int left = pixel % g.outW() * g.strideW() - g.padW();
            int xx = left + kx * g.dilationW();
            boolean inside = z >= 0
                    && z < g.inD()
                    && yy >= 0
                    && yy < g.inH()
                    && xx >= 0
                    && left + kxLast * g.dilationW() < g.inW();
            places[i] = inside ? offset + (((image * g.inD() + z) * g.inH() + yy) * g.inW() + xx) * g.inChannels() : -1;
            outside += inside ? 0 : 1;
        }
        return outside;
    }

    @Override
    public int inputGradientPackedSize(ConvGeometry g) {
        return kernelSize(g);
    }

    /** {@code (kD, kH, kW, outChannels, inChannels / groups)}: the last two axes change places. */
    @Override
    public void packForInputGradient(ConvGeometry g, float[] kernel, int offset, float[] packed, int packedOffset) {
        int groupIn = g.inChannels() / g.groups();
        for (int tap = 0; tap < taps(g); tap++) {
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
        run(g, g.batch() * g.inD() * g.inH(), workers, row -> {
            int to = dxOffset + row * rowSize;
            forEachBlock(
                    g.inW(),
                    g.groups(),
                    g.inChannels() / g.groups(),
                    isPlainDepthwise(g),
                    (pixel, pixels, group, channel, channels) -> {
                        ProductBlock block = ProductBlock.local();
                        block.clear(pixels, channels);
                        addGradientTaps(
                                g,
                                dy,
                                dyOffset,
                                packed,
                                packedOffset,
                                row,
                                pixel,
                                pixels,
                                group,
                                channel,
                                channels,
                                block);
                        for (int i = 0; i < pixels; i++) {
                            int at = (pixel + i) * g.inChannels() + group * (g.inChannels() / g.groups()) + channel;
                            block.store(i, channels, dx, to + at);
                        }
                    });
            if (epilogue != null) {
                epilogue.apply(dx, to, g.inW(), g.inChannels(), g.inChannels(), row * g.inW(), 0);
            }
        });
    }

    private static void addGradientTaps(
            ConvGeometry g,
            float[] dy,
            int dyOffset,
            float[] packed,
            int packedOffset,
            int row,
            int pixel,
            int pixels,
            int group,
            int channel,
            int channels,
            ProductBlock block) {
        int inY = row % g.inH();
        int inZ = row / g.inH() % g.inD();
        int image = row / g.inH() / g.inD();
        int groupIn = g.inChannels() / g.groups();
        int groupOut = g.outChannels() / g.groups();
        for (int tap = 0; tap < taps(g); tap++) {
            int z = source(inZ + g.padD() - tap / g.kW() / g.kH() * g.dilationD(), g.strideD(), g.outD());
            int yy = source(inY + g.padH() - tap / g.kW() % g.kH() * g.dilationH(), g.strideH(), g.outH());
            // output column o reaches input column o · stride + shift
            int shift = tap % g.kW() * g.dilationW() - g.padW();
            int first = Math.max(0, Math.ceilDiv(pixel - shift, g.strideW()));
            int last = Math.min(g.outW(), Math.floorDiv(pixel + pixels - 1 - shift, g.strideW()) + 1);
            if (z < 0 || yy < 0 || first >= last) {
                continue;
            }
            int from = dyOffset + (((image * g.outD() + z) * g.outH() + yy) * g.outW() + first) * g.outChannels();
            int weights = packedOffset + (tap * g.outChannels() + group * groupOut) * groupIn + channel;
            int firstRow = first * g.strideW() + shift - pixel;
            if (isPlainDepthwise(g)) {
                block.addProducts(
                        firstRow,
                        g.strideW(),
                        last - first,
                        channels,
                        dy,
                        from + channel,
                        g.outChannels(),
                        packed,
                        weights);
            } else {
                block.add(
                        firstRow,
                        g.strideW(),
                        last - first,
                        channels,
                        groupOut,
                        dy,
                        from + group * groupOut,
                        g.outChannels(),
                        1,
                        packed,
                        weights,
                        groupIn);
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

    /** A task is one tap; its rows are input channels, and the inner dimension of the product walks over pixels. */
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
        int groupIn = g.inChannels() / g.groups();
        int groupOut = g.outChannels() / g.groups();
        run(g, taps(g), workers, tap -> {
            int to = dKernelOffset + tap * groupIn * g.outChannels();
            forEachBlock(groupIn, g.groups(), groupOut, isPlainDepthwise(g), (in, rows, group, channel, channels) -> {
                ProductBlock block = ProductBlock.local();
                block.clear(rows, channels);
                addPixels(g, x, xOffset, dy, dyOffset, tap, in, rows, group, channel, channels, block);
                for (int i = 0; i < rows; i++) {
                    block.store(i, channels, dKernel, to + (in + i) * g.outChannels() + group * groupOut + channel);
                }
            });
        });
    }

    private static void addPixels(
            ConvGeometry g,
            float[] x,
            int xOffset,
            float[] dy,
            int dyOffset,
            int tap,
            int in,
            int rows,
            int group,
            int channel,
            int channels,
            ProductBlock block) {
        int groupIn = g.inChannels() / g.groups();
        int groupOut = g.outChannels() / g.groups();
        int step = g.strideW() * g.inChannels();
        int shift = tap % g.kW() * g.dilationW() - g.padW();
        int first = Math.max(0, Math.ceilDiv(-shift, g.strideW()));
        int last = Math.min(g.outW(), Math.floorDiv(g.inW() - 1 - shift, g.strideW()) + 1);
        for (int row = 0; row < g.batch() * g.outD() * g.outH(); row++) {
            int yy = row % g.outH() * g.strideH() - g.padH() + tap / g.kW() % g.kH() * g.dilationH();
            int z = row / g.outH() % g.outD() * g.strideD() - g.padD() + tap / g.kW() / g.kH() * g.dilationD();
            if (z < 0 || z >= g.inD() || yy < 0 || yy >= g.inH() || first >= last) {
                continue;
            }
            int image = row / g.outH() / g.outD();
            int column = first * g.strideW() + shift;
            int from = xOffset + (((image * g.inD() + z) * g.inH() + yy) * g.inW() + column) * g.inChannels();
            int gradient = dyOffset + (row * g.outW() + first) * g.outChannels() + group * groupOut + channel;
            if (isPlainDepthwise(g)) {
                for (int pixel = 0; pixel < last - first; pixel++) {
                    block.addProducts(
                            0,
                            1,
                            1,
                            channels,
                            x,
                            from + pixel * step + channel,
                            0,
                            dy,
                            gradient + pixel * g.outChannels());
                }
            } else {
                block.add(
                        0,
                        1,
                        rows,
                        channels,
                        last - first,
                        x,
                        from + group * groupIn + in,
                        1,
                        step,
                        dy,
                        gradient,
                        g.outChannels());
            }
        }
    }

    private interface Block {
        void accept(int row, int rows, int group, int channel, int channels);
    }

    /** Cuts rows × groups × channels into blocks. A depthwise convolution is handled as one group of all its channels. */
    private static void forEachBlock(int rows, int groups, int channels, boolean depthwise, Block visitor) {
        int blockGroups = depthwise ? 1 : groups;
        int blockChannels = depthwise ? groups : channels;
        for (int row = 0; row < rows; row += ProductBlock.ROWS) {
            for (int group = 0; group < blockGroups; group++) {
                for (int channel = 0; channel < blockChannels; channel += ProductBlock.COLUMNS) {
                    visitor.accept(
                            row,
                            Math.min(ProductBlock.ROWS, rows - row),
                            group,
                            channel,
                            Math.min(ProductBlock.COLUMNS, blockChannels - channel));
                }
            }
        }
    }

    /** Depthwise with one filter a channel. */
    private static boolean isPlainDepthwise(ConvGeometry g) {
        return g.isDepthwise() && g.outChannels() == g.inChannels();
    }

    private static int taps(ConvGeometry g) {
        return g.kD() * g.kH() * g.kW();
    }

    private static int kernelSize(ConvGeometry g) {
        return taps(g) * (g.inChannels() / g.groups()) * g.outChannels();
    }

    private static void run(ConvGeometry g, int tasks, Workers workers, IntConsumer body) {
        long work = (long) g.outPixels() * kernelSize(g);
        (work < PARALLEL_WORK ? Workers.single() : workers).run(tasks, body);
    }
}
