package io.argali.runtime.kernel.vector;

import io.argali.runtime.kernel.BiasActivation;
import io.argali.runtime.kernel.ConvGeometry;
import io.argali.runtime.kernel.ConvKernel;
import io.argali.runtime.kernel.Epilogue;
import io.argali.runtime.kernel.Workers;
import io.argali.runtime.kernel.scalar.ScalarConv;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Direct convolution as a matrix product without a matrix: output pixels are the rows of {@link Tiles}, kernel rows its runs. The
 * input is padded once where taps reach outside. Depthwise convolutions go to {@link VectorDepthwise}, most 3 × 3 ones to {@link Winograd}.
 */
final class VectorConv implements ConvKernel {
    private static final float[] NOTHING = {};

    private final VectorDepthwise depthwise = new VectorDepthwise();
    private final ScalarConv scalar = new ScalarConv();

    private static int groupIn(ConvGeometry g) {
        return g.inChannels() / g.groups();
    }

    private static int groupOut(ConvGeometry g) {
        return g.outChannels() / g.groups();
    }

    private static int taps(ConvGeometry g) {
        return g.kD() * g.kH() * g.kW();
    }

    private static int groupPackedSize(ConvGeometry g) {
        return Tiles.packedSize(taps(g) * groupIn(g), groupOut(g));
    }

    @Override
    public int packedSize(ConvGeometry g) {
        if (g.isDepthwise()) {
            return scalar.packedSize(g);
        }
        return Winograd.handles(g) ? Winograd.packedSize(g) : Math.multiplyExact(g.groups(), groupPackedSize(g));
    }

    @Override
    public void pack(ConvGeometry g, float[] kernel, int offset, float[] packed, int packedOffset) {
        if (g.isDepthwise()) {
            scalar.pack(g, kernel, offset, packed, packedOffset);
            return;
        }
        if (Winograd.handles(g)) {
            Winograd.pack(g, kernel, offset, packed, packedOffset);
            return;
        }
        int k = taps(g) * groupIn(g);
        for (int group = 0; group < g.groups(); group++) {
            Packing.pack(
                    k,
                    groupOut(g),
                    kernel,
                    offset + group * groupOut(g),
                    g.outChannels(),
                    1,
                    packed,
                    packedOffset + group * groupPackedSize(g));
        }
    }

    @Override
    public int scratchSize(ConvGeometry g, Workers workers) {
        if (g.isDepthwise()) {
            return depthwise.scratchSize(g);
        }
        return (Winograd.handles(g) ? Winograd.padding(g) : Padding.ofInput(g)).scratchSize();
    }

    @Override
    public Convolution prepare(ConvGeometry g, @Nullable Epilogue epilogue, Workers workers) {
        if (g.outPixels() == 0) {
            return (x, xOffset, packed, packedOffset, scratch, scratchOffset, y, yOffset) -> {};
        }
        if (g.isDepthwise()) {
            return depthwise.prepare(g, epilogue, workers);
        }
        return Winograd.handles(g) ? new Winograd(g, epilogue, workers) : new Direct(g, epilogue, workers);
    }

    /** Operands as fields, so that a run hands its tasks out without making an object. */
    private static final class Direct implements Convolution {
        private final Padding padding;
        private final Padding.@Nullable Copy copy;
        private final Steps steps;
        private final PixelRows rows;
        private final Partition partition;
        private final Workers workers;
        private final int n;
        private final int groupStride;
        private final int packedSize;
        private final int leading;
        private final int groups;
        private final BiasActivation[] starts;
        private final @Nullable Epilogue rest;
        private final IntConsumer task = this::block;

        private float[] source = NOTHING;
        private int sourceOffset;
        private float[] packed = NOTHING;
        private int packedOffset;
        private float[] y = NOTHING;
        private int yOffset;

        Direct(ConvGeometry g, @Nullable Epilogue epilogue, Workers workers) {
            padding = Padding.ofInput(g);
            copy = padding.needed() ? new Padding.Copy(padding, workers) : null;
            steps = Steps.runs(tapOffsets(g, padding), groupIn(g));
            rows = PixelRows.of(g, padding);
            int rowFloats = Math.min(steps.size(), g.kD() * g.kH() * g.strideW() * groupIn(g));
            groups = g.groups();
            n = groupOut(g);
            partition = Partition.of(g.outPixels(), n, steps.size(), rowFloats, groups, workers);
            this.workers = partition.parallel() ? workers : Workers.single();
            groupStride = groupIn(g);
            packedSize = groupPackedSize(g);
            leading = g.outChannels();
            starts = new BiasActivation[groups];
            for (int i = 0; i < groups; i++) {
                starts[i] = Epilogue.start(epilogue).fromColumn(i * n);
            }
            rest = Epilogue.rest(epilogue);
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
            source = x;
            sourceOffset = xOffset;
            if (copy != null) {
                copy.run(x, xOffset, scratch, scratchOffset);
                source = scratch;
                sourceOffset = scratchOffset;
            }
            this.packed = packed;
            this.packedOffset = packedOffset;
            this.y = y;
            this.yOffset = yOffset;
            workers.run(groups * partition.tasks(), task);
        }

        private void block(int number) {
            Partition p = partition;
            int group = number / p.tasks();
            int block = number % p.tasks();
            int row = p.rowFirst(block);
            int count = p.rowLast(block) - row;
            Tables tables = Tables.local();
            int[] aRows = tables.aRows(count);
            int[] cRows = tables.cRows(count);
            rows.fill(aRows, cRows, row, count, sourceOffset + group * groupStride, yOffset + group * n);
            int first = p.panelFirst(block);
            int last = p.panelLast(block);
            int b = packedOffset + group * packedSize;
            Tiles.multiply(source, aRows, count, steps, packed, b, n, first, last, y, cRows, starts[group]);
            if (rest != null) {
                int columns = Math.min(n, last * Tiles.PANEL) - first * Tiles.PANEL;
                int column = group * n + first * Tiles.PANEL;
                rest.apply(y, yOffset + row * leading + column, count, columns, leading, row, column);
            }
        }
    }

    /** Runs the product for all groups: one task is one block of one group. */
    private static void product(
            int pixels,
            int n,
            int groups,
            int groupStride,
            Steps steps,
            int rowFloats,
            float[] source,
            PixelRows rows,
            float[] packed,
            int packedOffset,
            float[] y,
            int yOffset,
            int leading,
            @Nullable Epilogue epilogue,
            Workers workers) {
        Partition p = Partition.of(pixels, n, steps.size(), rowFloats, groups, workers);
        int packedSize = Tiles.packedSize(steps.size(), n);
        BiasActivation start = Epilogue.start(epilogue);
        Epilogue rest = Epilogue.rest(epilogue);
        p.run(groups, workers, (group, task) -> {
            int row = p.rowFirst(task);
            int count = p.rowLast(task) - row;
            Tables tables = Tables.local();
            int[] aRows = tables.aRows(count);
            int[] cRows = tables.cRows(count);
            rows.fill(aRows, cRows, row, count, group * groupStride, group * n);
            Tiles.multiply(
                    source,
                    aRows,
                    count,
                    steps,
                    packed,
                    packedOffset + group * packedSize,
                    n,
                    p.panelFirst(task),
                    p.panelLast(task),
                    y,
                    cRows,
                    start.fromColumn(group * n));
            if (rest != null) {
                int column = p.panelFirst(task) * Tiles.PANEL;
                int columns = Math.min(n, p.panelLast(task) * Tiles.PANEL) - column;
                int first = group * n + column;
                rest.apply(y, yOffset + row * leading + first, count, columns, leading, row, first);
            }
        });
    }

    /** Where each tap reads, from the first tap's pixel. */
    private static int[] tapOffsets(ConvGeometry g, Padding padding) {
        int[] offsets = new int[taps(g)];
        int i = 0;
        for (int kz = 0; kz < g.kD(); kz++) {
            for (int ky = 0; ky < g.kH(); ky++) {
                for (int kx = 0; kx < g.kW(); kx++) {
                    offsets[i++] = padding.offset(0, kz * g.dilationD(), ky * g.dilationH(), kx * g.dilationW());
                }
            }
        }
        return offsets;
    }

    /** One remainder along each axis. */
    private record Remainder(GradientAxis d, GradientAxis h, GradientAxis w) {
        int taps() {
            return d.taps().length * h.taps().length * w.taps().length;
        }

        int pixels(int batch) {
            return batch * d.count() * h.count() * w.count();
        }
    }

    /** The input gradient as plain convolutions, one for each remainder of the input position by the strides. */
    private record Remainders(GradientAxis[] d, GradientAxis[] h, GradientAxis[] w) {
        static Remainders of(ConvGeometry g) {
            return new Remainders(
                    GradientAxis.of(g.inD(), g.kD(), g.strideD(), g.dilationD(), g.padD()),
                    GradientAxis.of(g.inH(), g.kH(), g.strideH(), g.dilationH(), g.padH()),
                    GradientAxis.of(g.inW(), g.kW(), g.strideW(), g.dilationW(), g.padW()));
        }

        int count() {
            return d.length * h.length * w.length;
        }

        Remainder get(int i) {
            return new Remainder(d[i / w.length / h.length], h[i / w.length % h.length], w[i % w.length]);
        }

        Padding padding(ConvGeometry g) {
            int lowD = GradientAxis.low(d);
            int lowH = GradientAxis.low(h);
            int lowW = GradientAxis.low(w);
            Padding p = new Padding(
                    g.batch(),
                    g.outD(),
                    g.outH(),
                    g.outW(),
                    g.outChannels(),
                    lowD,
                    lowH,
                    lowW,
                    lowD + GradientAxis.extent(d),
                    lowH + GradientAxis.extent(h),
                    lowW + GradientAxis.extent(w));
            return p.needed() ? p : p.none();
        }
    }

    @Override
    public int inputGradientPackedSize(ConvGeometry g) {
        if (g.isDepthwise()) {
            return scalar.inputGradientPackedSize(g);
        }
        Remainders remainders = Remainders.of(g);
        int size = 0;
        for (int i = 0; i < remainders.count(); i++) {
            size += g.groups() * Tiles.packedSize(remainders.get(i).taps() * groupOut(g), groupIn(g));
        }
        return size;
    }

    @Override
    public void packForInputGradient(ConvGeometry g, float[] kernel, int offset, float[] packed, int packedOffset) {
        if (g.isDepthwise()) {
            scalar.packForInputGradient(g, kernel, offset, packed, packedOffset);
            return;
        }
        Remainders remainders = Remainders.of(g);
        int out = groupOut(g);
        int to = packedOffset;
        for (int i = 0; i < remainders.count(); i++) {
            Remainder r = remainders.get(i);
            int k = r.taps() * out;
            for (int group = 0; group < g.groups(); group++) {
                int row = 0;
                for (int kz : r.d.taps()) {
                    for (int ky : r.h.taps()) {
                        for (int kx : r.w.taps()) {
                            int tap = (kz * g.kH() + ky) * g.kW() + kx;
                            int from = offset + tap * groupIn(g) * g.outChannels() + group * out;
                            Packing.packRows(row, out, k, groupIn(g), kernel, from, 1, g.outChannels(), packed, to);
                            row += out;
                        }
                    }
                }
                to += Tiles.packedSize(k, groupIn(g));
            }
        }
    }

    @Override
    public int inputGradientScratchSize(ConvGeometry g, Workers workers) {
        return g.isDepthwise() ? 0 : Remainders.of(g).padding(g).scratchSize();
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
        if (g.isDepthwise()) {
            if (VectorDepthwise.handles(g)) {
                depthwise.inputGradient(g, dy, dyOffset, packed, packedOffset, dx, dxOffset, epilogue, workers);
            } else {
                scalar.inputGradient(
                        g, dy, dyOffset, packed, packedOffset, scratch, scratchOffset, dx, dxOffset, epilogue, workers);
            }
            return;
        }
        Remainders remainders = Remainders.of(g);
        Padding padding = remainders.padding(g);
        float[] source = dy;
        int sourceOffset = dyOffset;
        if (padding.needed()) {
            padding.copy(dy, dyOffset, scratch, scratchOffset, workers);
            source = scratch;
            sourceOffset = scratchOffset;
        }
        boolean single = remainders.count() == 1; // then blocks are contiguous and the epilogue can run on each
        for (int i = 0; i < remainders.count(); i++) {
            Remainder r = remainders.get(i);
            int pixels = r.pixels(g.batch());
            Steps steps = Steps.runs(sourceOffsets(r, padding), groupOut(g));
            if (pixels > 0) {
                PixelRows rows = PixelRows.ofRemainder(g, r.d, r.h, r.w, sourceOffset, padding, dxOffset);
                product(
                        pixels,
                        groupIn(g),
                        g.groups(),
                        groupOut(g),
                        steps,
                        steps.size(),
                        source,
                        rows,
                        packed,
                        packedOffset,
                        dx,
                        dxOffset,
                        g.inChannels(),
                        single ? epilogue : null,
                        workers);
            }
            packedOffset += g.groups() * Tiles.packedSize(steps.size(), groupIn(g));
        }
        if (epilogue != null && !single) {
            applyAll(epilogue, dx, dxOffset, g.batch() * g.inD() * g.inH() * g.inW(), g.inChannels(), workers);
        }
    }

    private static void applyAll(Epilogue epilogue, float[] y, int yOffset, int rows, int columns, Workers workers) {
        int tasks = (long) rows * columns < 64 * 1024 ? 1 : Math.min(rows, 4 * workers.parallelism());
        workers.run(tasks, task -> {
            int first = (int) ((long) task * rows / tasks);
            int last = (int) ((task + 1L) * rows / tasks);
            epilogue.apply(y, yOffset + first * columns, last - first, columns, columns, first, 0);
        });
    }

    private static int[] sourceOffsets(Remainder r, Padding padding) {
        int[] offsets = new int[r.taps()];
        int i = 0;
        for (int z : r.d.sources()) {
            for (int y : r.h.sources()) {
                for (int x : r.w.sources()) {
                    offsets[i++] = padding.offset(0, z, y, x);
                }
            }
        }
        return offsets;
    }

    @Override
    public int kernelGradientScratchSize(ConvGeometry g, Workers workers) {
        if (g.isDepthwise()) {
            return 0;
        }
        return Padding.ofInput(g).scratchSize() + g.groups() * Tiles.packedSize(g.outPixels(), groupOut(g));
    }

    /** {@code dKernel = xᵀ · dy}: its rows are taps × input channels, and k walks over the pixels. */
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
        if (g.isDepthwise()) {
            if (VectorDepthwise.handles(g)) {
                depthwise.kernelGradient(g, x, xOffset, dy, dyOffset, dKernel, dKernelOffset, workers);
            } else {
                scalar.kernelGradient(
                        g, x, xOffset, dy, dyOffset, scratch, scratchOffset, dKernel, dKernelOffset, workers);
            }
            return;
        }
        Padding padding = Padding.ofInput(g);
        boolean padded = padding.needed();
        float[] source = padded ? scratch : x;
        int sourceOffset = padded ? scratchOffset : xOffset;
        if (padded) {
            padding.copy(x, xOffset, scratch, scratchOffset, workers);
        }
        int packedOffset = scratchOffset + padding.scratchSize();
        packGradient(g, dy, dyOffset, scratch, packedOffset, workers);

        int in = groupIn(g);
        int out = groupOut(g);
        int pixels = g.outPixels();
        int[] pixelOffsets = new int[pixels];
        PixelRows.of(g, padding).fill(pixelOffsets, new int[pixels], 0, pixels, sourceOffset, 0);
        Steps steps = new Steps(pixels, pixelOffsets, pixelOffsets, 1);
        int[] tapOffsets = tapOffsets(g, padding);
        Partition p = Partition.of(taps(g) * in, out, pixels, in, g.groups(), workers);
        int packedSize = Tiles.packedSize(pixels, out);
        p.run(g.groups(), workers, (group, task) -> {
            int row = p.rowFirst(task);
            int rows = p.rowLast(task) - row;
            Tables tables = Tables.local();
            int[] aRows = tables.aRows(rows);
            int[] cRows = tables.cRows(rows);
            for (int i = 0; i < rows; i++) {
                aRows[i] = tapOffsets[(row + i) / in] + group * in + (row + i) % in;
                cRows[i] = dKernelOffset + (row + i) * g.outChannels() + group * out;
            }
            Tiles.multiply(
                    source,
                    aRows,
                    rows,
                    steps,
                    scratch,
                    packedOffset + group * packedSize,
                    out,
                    p.panelFirst(task),
                    p.panelLast(task),
                    dKernel,
                    cRows,
                    BiasActivation.NONE);
        });
    }

    private static void packGradient(
            ConvGeometry g, float[] dy, int dyOffset, float[] packed, int packedOffset, Workers workers) {
        int pixels = g.outPixels();
        int out = groupOut(g);
        int tasks = (long) pixels * g.outChannels() < 64 * 1024 ? 1 : Math.min(pixels, 4 * workers.parallelism());
        workers.run(tasks, task -> {
            int first = (int) ((long) task * pixels / tasks);
            int last = (int) ((task + 1L) * pixels / tasks);
            for (int group = 0; group < g.groups(); group++) {
                int from = dyOffset + first * g.outChannels() + group * out;
                int to = packedOffset + group * Tiles.packedSize(pixels, out);
                Packing.packRows(first, last - first, pixels, out, dy, from, g.outChannels(), 1, packed, to);
            }
        });
    }
}
