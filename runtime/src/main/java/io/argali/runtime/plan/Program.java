package io.argali.runtime.plan;

import io.argali.runtime.kernel.BiasActivation;
import io.argali.runtime.kernel.ElementwiseKernel;
import io.argali.runtime.kernel.Epilogue;
import io.argali.runtime.kernel.Kernels;
import io.argali.runtime.kernel.ReduceKernel;
import io.argali.runtime.kernel.Workers;
import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.ReduceFunction;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.tensor.DType;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A chain of elementwise operations and folds of rows, seen over a matrix of {@code rows × columns}, and run tile by tile so that everything
 * between its inputs and outputs stays in L1 cache. A value is full (an element for each place), per row, or a scalar; bools are the floats 0
 * and 1. It runs as a step of its own, or as the {@link Epilogue} of a matrix product or convolution, over that one's finished blocks.
 */
final class Program implements Step {
    /** Floats in a tile: with a handful of registers it fits L1. */
    static final int TILE = 1024;
    /** Instructions times elements below which threads do not pay. */
    private static final int SPLIT = 1 << 16;

    /** How a value lies in a tile. */
    enum Extent {
        FULL,
        ROW,
        SCALAR
    }

    /** Where a slot's elements come from or go to. */
    enum Place {
        REGISTER,
        /** Full or per row: memory in the program's own order. */
        MEMORY,
        /** A scalar known when the plan was made. */
        IMMEDIATE,
        /** A constant for each column, laid out for a whole tile so that every tile reads the same memory. */
        PATTERN,
        /** The block that the program is the epilogue of. */
        HEAD
    }

    /** A value of the program. */
    record Slot(Extent extent, Place place, @Nullable Buffer buffer, float immediate, int register) {}

    /** Elements read along strides that differ from the program's own order: one stride for each outer axis, one for the columns. */
    record Gathered(Buffer buffer, int start, int[] outerStrides, int columnStride) {}

    sealed interface Instruction {
        /** The slot written to. */
        int to();
    }

    record UnaryOf(UnaryFunction f, int a, int to) implements Instruction {}

    record BinaryOf(BinaryFunction f, int a, int b, int to) implements Instruction {}

    record SelectOf(int condition, int a, int b, int to) implements Instruction {}

    record ReduceOf(ReduceFunction f, int a, int to) implements Instruction {}

    /** Rounds to a half precision. */
    record RoundTo(DType dtype, int a, int to) implements Instruction {}

    record Gather(Gathered from, DType dtype, int to) implements Instruction {}

    /** A bool buffer in the program's own order, as floats in a register of the same extent. */
    record Load(Buffer from, int to) implements Instruction {}

    /** A scalar, or a value for each row, repeated to a full register. */
    record Expand(int a, int to) implements Instruction {}

    /** A register stored to memory in the program's own order, converted where the buffer is bool. */
    record Store(int a, Buffer buffer) implements Instruction {
        @Override
        public int to() {
            return -1;
        }
    }

    /** What the head's kernel does to its result before the program sees it: {@link BiasActivation}, of buffers. */
    record Start(@Nullable Buffer bias, @Nullable Buffer residual, float low, float high) {
        static final Start NONE = new Start(null, null, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY);

        Start withBias(Buffer b) {
            return new Start(b, residual, low, high);
        }

        Start withResidual(Buffer r) {
            return new Start(bias, r, low, high);
        }

        Start atLeast(float bound) {
            return new Start(bias, residual, Math.max(low, bound), Math.max(high, bound));
        }

        Start atMost(float bound) {
            return new Start(bias, residual, Math.min(low, bound), Math.min(high, bound));
        }

        boolean clamps() {
            return low != Float.NEGATIVE_INFINITY || high != Float.POSITIVE_INFINITY;
        }

        BiasActivation bind(Workspace w, Buffer head) {
            return new BiasActivation(
                    bias == null ? null : bias.floats(w),
                    bias == null ? 0 : bias.offset(),
                    residual == null ? null : residual.floats(w),
                    residual == null ? 0 : residual.offset() - head.offset(),
                    low,
                    high);
        }
    }

    private final Slot[] slots;
    private final Instruction[] code;
    private final int rows;
    private final int columns;
    private final int[] outerDims;
    private final int registers;
    private final int registerSize;
    private final int headIn;
    private final int headOut;
    private final Start start;
    private final ElementwiseKernel elementwise;
    private final ReduceKernel reduce;
    private final Workers workers;

    /**
     * @param outerDims the lengths of the axes that make up the rows
     * @param headIn the slot of the block that an epilogue begins with, or -1
     * @param headOut the slot that is written back to the block, or -1
     * @param start what has been done to the block before
     */
    Program(
            Slot[] slots,
            Instruction[] code,
            int[] outerDims,
            int columns,
            int registers,
            int headIn,
            int headOut,
            Start start,
            Kernels kernels,
            Workers workers) {
        this.slots = slots;
        this.code = code;
        this.outerDims = outerDims;
        int n = 1;
        for (int d : outerDims) n *= d;
        this.rows = n;
        this.columns = columns;
        this.registers = registers;
        this.registerSize = Math.max(TILE, columns);
        this.headIn = headIn;
        this.headOut = headOut;
        this.start = start;
        this.elementwise = kernels.elementwise();
        this.reduce = kernels.reduce();
        this.workers = workers;
    }

    /** A thread's registers and the addresses of one tile's slots. */
    private static final class Tile {
        float[] registers = new float[0];
        float[][] array = new float[0][];
        int[] offset = new int[0];

        void reserve(int floats, int slots) {
            if (registers.length < floats) registers = new float[floats];
            if (offset.length < slots) {
                offset = new int[slots];
                array = new float[slots][];
            }
        }
    }

    private static final ThreadLocal<Tile> TILES = ThreadLocal.withInitial(Tile::new);

    @Override
    public Runnable bind(Workspace w) {
        if (rows == 0 || columns == 0) return () -> {};
        int tileRows = Math.max(1, TILE / columns);
        int tiles = (rows + tileRows - 1) / tileRows;
        int tasks = (long) rows * columns * code.length < SPLIT ? 1 : Math.min(tiles, workers.parallelism());
        IntConsumer task = t -> {
            int from = (int) ((long) tiles * t / tasks), to = (int) ((long) tiles * (t + 1) / tasks);
            Tile tile = TILES.get();
            tile.reserve(registers * registerSize, slots.length);
            for (int i = from; i < to; i++) {
                int row = i * tileRows;
                run(w, tile, row, Math.min(tileRows, rows - row), 0, columns, null, 0, 0);
            }
        };
        return tasks == 1 ? () -> task.accept(0) : () -> workers.run(tasks, task);
    }

    /** The program as the last touch of the step that makes its head, in the given buffer. */
    Epilogue epilogue(Workspace w, Buffer head) {
        BiasActivation first = start.bind(w, head);
        if (code.length == 0) return first;
        Epilogue program = blocks(w);
        return start == Start.NONE ? program : new Epilogue.Chain(first, program);
    }

    private Epilogue blocks(Workspace w) {
        return (y, offset, blockRows, blockColumns, leading, row, column) -> {
            Tile tile = TILES.get();
            tile.reserve(registers * registerSize, slots.length);
            int step = Math.max(1, TILE / blockColumns);
            for (int r = 0; r < blockRows; r += step) {
                run(
                        w,
                        tile,
                        row + r,
                        Math.min(step, blockRows - r),
                        column,
                        blockColumns,
                        y,
                        offset + r * leading,
                        leading);
            }
        };
    }

    private void run(
            Workspace w,
            Tile t,
            int row,
            int n,
            int column,
            int width,
            float @Nullable [] head,
            int headOffset,
            int headLeading) {
        boolean whole = width == columns;
        boolean headInPlace = width == headLeading;
        float[] regs = t.registers;
        for (int i = 0; i < slots.length; i++) {
            Slot s = slots[i];
            switch (s.place) {
                case REGISTER -> {
                    t.array[i] = regs;
                    t.offset[i] = s.register * registerSize;
                }
                case MEMORY -> {
                    Buffer b = Objects.requireNonNull(s.buffer);
                    if (s.extent == Extent.FULL && !whole) {
                        // A block of columns is not contiguous in memory: it goes through the slot's own register.
                        t.array[i] = regs;
                        t.offset[i] = s.register * registerSize;
                        copyBlock(
                                b.floats(w),
                                b.offset() + row * columns + column,
                                columns,
                                regs,
                                t.offset[i],
                                width,
                                n,
                                width);
                    } else {
                        t.array[i] = b.floats(w);
                        t.offset[i] = b.offset()
                                + (s.extent == Extent.FULL ? row * columns : s.extent == Extent.ROW ? row : 0);
                    }
                }
                case HEAD -> {
                    if (headInPlace) {
                        t.array[i] = Objects.requireNonNull(head);
                        t.offset[i] = headOffset;
                    } else {
                        t.array[i] = regs;
                        t.offset[i] = s.register * registerSize;
                        if (i == headIn) {
                            copyBlock(
                                    Objects.requireNonNull(head),
                                    headOffset,
                                    headLeading,
                                    regs,
                                    t.offset[i],
                                    width,
                                    n,
                                    width);
                        }
                    }
                }
                case PATTERN -> {
                    float[] pattern = Objects.requireNonNull(s.buffer).floats(w);
                    t.array[i] = whole ? pattern : regs;
                    t.offset[i] = whole ? 0 : s.register * registerSize;
                    if (!whole) copyBlock(pattern, column, 0, regs, t.offset[i], width, n, width);
                }
                case IMMEDIATE -> {}
            }
        }
        for (Instruction instruction : code) execute(instruction, w, t, row, n, column, width, whole);
        if (headOut >= 0 && !headInPlace) {
            copyBlock(regs, t.offset[headOut], width, Objects.requireNonNull(head), headOffset, headLeading, n, width);
        }
    }

    private static void copyBlock(float[] a, int ao, int lda, float[] b, int bo, int ldb, int rows, int width) {
        for (int r = 0; r < rows; r++) System.arraycopy(a, ao + r * lda, b, bo + r * ldb, width);
    }

    private void execute(
            Instruction instruction, Workspace w, Tile t, int row, int n, int column, int width, boolean whole) {
        switch (instruction) {
            case UnaryOf u ->
                elementwise.unary(
                        u.f, t.array[u.a], t.offset[u.a], t.array[u.to], t.offset[u.to], size(u.to, n, width));
            case BinaryOf b -> binary(b, t, n, width);
            case SelectOf s -> select(s, t, n, width);
            case ReduceOf r -> {
                float[] y = t.array[r.to];
                for (int i = 0; i < n; i++)
                    y[t.offset[r.to] + i] = reduce.reduce(r.f, t.array[r.a], t.offset[r.a] + i * width, width);
            }
            case RoundTo r -> {
                float[] x = t.array[r.a], y = t.array[r.to];
                int xo = t.offset[r.a], yo = t.offset[r.to], k = size(r.to, n, width);
                for (int i = 0; i < k; i++) y[yo + i] = r.dtype.round(x[xo + i]);
            }
            case Gather g -> gather(g, w, t, row, n, column, width);
            case Load l -> load(l, w, t, row, n, column, width);
            case Expand e -> expand(e, t, n, width);
            case Store s -> store(s, w, t, row, n, column, width, whole);
        }
    }

    private int size(int slot, int n, int width) {
        return switch (slots[slot].extent) {
            case FULL -> n * width;
            case ROW -> n;
            case SCALAR -> 1;
        };
    }

    private float scalar(int slot, Tile t) {
        Slot s = slots[slot];
        return s.place == Place.IMMEDIATE ? s.immediate : t.array[slot][t.offset[slot]];
    }

    private void binary(BinaryOf b, Tile t, int n, int width) {
        float[] y = t.array[b.to];
        int yo = t.offset[b.to], k = size(b.to, n, width);
        Extent own = slots[b.to].extent, ea = slots[b.a].extent, eb = slots[b.b].extent;
        if (ea == own && eb == own) {
            elementwise.binary(b.f, t.array[b.a], t.offset[b.a], t.array[b.b], t.offset[b.b], y, yo, k);
        } else if (eb == Extent.SCALAR && ea == own) {
            elementwise.binaryScalar(b.f, t.array[b.a], t.offset[b.a], scalar(b.b, t), y, yo, k);
        } else if (ea == Extent.SCALAR && eb == own) {
            elementwise.scalarBinary(b.f, scalar(b.a, t), t.array[b.b], t.offset[b.b], y, yo, k);
        } else if (eb == Extent.ROW && ea == Extent.FULL) {
            for (int i = 0; i < n; i++) {
                float v = t.array[b.b][t.offset[b.b] + i];
                elementwise.binaryScalar(b.f, t.array[b.a], t.offset[b.a] + i * width, v, y, yo + i * width, width);
            }
        } else {
            for (int i = 0; i < n; i++) {
                float v = t.array[b.a][t.offset[b.a] + i];
                elementwise.scalarBinary(b.f, v, t.array[b.b], t.offset[b.b] + i * width, y, yo + i * width, width);
            }
        }
    }

    private void select(SelectOf s, Tile t, int n, int width) {
        elementwise.select(
                t.array[s.condition],
                t.offset[s.condition],
                t.array[s.a],
                t.offset[s.a],
                t.array[s.b],
                t.offset[s.b],
                t.array[s.to],
                t.offset[s.to],
                size(s.to, n, width));
    }

    /** The offset in a gathered buffer of a row's first column. */
    private int rowOffset(Gathered g, int row) {
        int offset = 0, rest = row;
        for (int i = outerDims.length - 1; i >= 0; i--) {
            int q = rest / outerDims[i];
            offset += (rest - q * outerDims[i]) * g.outerStrides[i];
            rest = q;
        }
        return offset;
    }

    private void gather(Gather g, Workspace w, Tile t, int row, int n, int column, int width) {
        Gathered from = g.from;
        Object x = from.buffer.array(w);
        float[] y = t.array[g.to];
        boolean perRow = slots[g.to].extent == Extent.ROW;
        for (int i = 0; i < n; i++) {
            int at = from.buffer.offset()
                    + from.start
                    + rowOffset(from, row + i)
                    + (perRow ? 0 : column * from.columnStride);
            if (perRow) y[t.offset[g.to] + i] = get(x, at);
            else gatherRow(x, at, from.columnStride, y, t.offset[g.to] + i * width, width);
        }
    }

    private static void gatherRow(Object x, int at, int stride, float[] y, int yo, int width) {
        if (x instanceof float[] f) {
            if (stride == 1) System.arraycopy(f, at, y, yo, width);
            else if (stride == 0) Arrays.fill(y, yo, yo + width, f[at]);
            else for (int j = 0; j < width; j++) y[yo + j] = f[at + j * stride];
        } else {
            byte[] b = (byte[]) x;
            for (int j = 0; j < width; j++) y[yo + j] = b[at + j * stride];
        }
    }

    private static float get(Object x, int i) {
        return x instanceof float[] f ? f[i] : ((byte[]) x)[i];
    }

    private void load(Load l, Workspace w, Tile t, int row, int n, int column, int width) {
        byte[] x = (byte[]) l.from.array(w);
        float[] y = t.array[l.to];
        int yo = t.offset[l.to];
        switch (slots[l.to].extent) {
            case FULL -> {
                for (int i = 0; i < n; i++)
                    gatherRow(x, l.from.offset() + (row + i) * columns + column, 1, y, yo + i * width, width);
            }
            case ROW -> {
                for (int i = 0; i < n; i++) y[yo + i] = x[l.from.offset() + row + i];
            }
            case SCALAR -> y[yo] = x[l.from.offset()];
        }
    }

    private void expand(Expand e, Tile t, int n, int width) {
        float[] y = t.array[e.to];
        int yo = t.offset[e.to];
        if (slots[e.a].extent == Extent.SCALAR) {
            Arrays.fill(y, yo, yo + size(e.to, n, width), scalar(e.a, t));
        } else {
            for (int i = 0; i < n; i++)
                Arrays.fill(y, yo + i * width, yo + (i + 1) * width, t.array[e.a][t.offset[e.a] + i]);
        }
    }

    private void store(Store s, Workspace w, Tile t, int row, int n, int column, int width, boolean whole) {
        Extent e = slots[s.a].extent;
        float[] x = t.array[s.a];
        int xo = t.offset[s.a];
        Object y = s.buffer.array(w);
        int rowsOut = e == Extent.FULL && !whole ? n : 1;
        int k = e == Extent.FULL ? (whole ? n * width : width) : e == Extent.ROW ? n : 1;
        for (int r = 0; r < rowsOut; r++) {
            int at = s.buffer.offset() + (e == Extent.FULL ? (row + r) * columns + column : e == Extent.ROW ? row : 0);
            int from = xo + r * width;
            if (y instanceof float[] f) {
                System.arraycopy(x, from, f, at, k);
            } else {
                byte[] b = (byte[]) y;
                for (int i = 0; i < k; i++) b[at + i] = (byte) x[from + i];
            }
        }
    }
}
