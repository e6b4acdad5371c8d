package io.argali.runtime.kernel.vector;

import io.argali.runtime.kernel.BiasActivation;
import io.argali.runtime.kernel.Epilogue;
import io.argali.runtime.kernel.MatMulKernel;
import io.argali.runtime.kernel.Workers;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Matrix product in register tiles; one row alone streams B at the speed of its cache. */
final class VectorMatMul implements MatMulKernel {
    private static final float[] NOTHING = {};

    @Override
    public int packedSize(int k, int n) {
        return Tiles.packedSize(k, n);
    }

    @Override
    public void pack(
            int k, int n, float[] b, int offset, int rowStride, int columnStride, float[] packed, int packedOffset) {
        Packing.pack(k, n, b, offset, rowStride, columnStride, packed, packedOffset);
    }

    @Override
    public void packPart(
            int part,
            int parts,
            int k,
            int n,
            float[] b,
            int offset,
            int rowStride,
            int columnStride,
            float[] packed,
            int packedOffset) {
        int panels = Tiles.panels(n), first = panels * part / parts, last = panels * (part + 1) / parts;
        Packing.packPanels(first, last, 0, k, k, n, b, offset, rowStride, columnStride, packed, packedOffset);
    }

    @Override
    public Product prepare(
            int m,
            int n,
            int k,
            int aRowStride,
            int aColumnStride,
            int ldc,
            @Nullable Epilogue epilogue,
            Workers workers) {
        if (m == 0 || n == 0) {
            return (a, aOffset, packed, packedOffset, c, cOffset) -> {};
        }
        return m == 1 && aColumnStride == 1
                ? new Row(n, k, ldc, epilogue, workers)
                : new Matrix(m, n, k, aRowStride, aColumnStride, ldc, epilogue, workers);
    }

    /** Operands as fields, so that a run hands its tasks out without making an object. */
    private abstract static class Prepared implements Product {
        final int n;
        final int k;
        final int ldc;
        final Partition partition;
        final Workers workers;
        final BiasActivation start;
        final @Nullable Epilogue rest;
        private final IntConsumer task = this::block;

        float[] a = NOTHING;
        int aOffset;
        float[] packed = NOTHING;
        int packedOffset;
        float[] c = NOTHING;
        int cOffset;

        Prepared(int m, int n, int k, int ldc, @Nullable Epilogue epilogue, Workers workers) {
            this.n = n;
            this.k = k;
            this.ldc = ldc;
            this.partition = Partition.of(m, n, k, workers);
            this.workers = partition.parallel() ? workers : Workers.single();
            this.start = Epilogue.start(epilogue);
            this.rest = Epilogue.rest(epilogue);
        }

        @Override
        public void run(float[] a, int aOffset, float[] packed, int packedOffset, float[] c, int cOffset) {
            this.a = a;
            this.aOffset = aOffset;
            this.packed = packed;
            this.packedOffset = packedOffset;
            this.c = c;
            this.cOffset = cOffset;
            workers.run(partition.tasks(), task);
        }

        abstract void block(int task);
    }

    private static final class Matrix extends Prepared {
        private final int aRowStride;
        private final Steps steps;

        Matrix(
                int m,
                int n,
                int k,
                int aRowStride,
                int aColumnStride,
                int ldc,
                @Nullable Epilogue epilogue,
                Workers workers) {
            super(m, n, k, ldc, epilogue, workers);
            this.aRowStride = aRowStride;
            this.steps = aColumnStride == 1 ? Steps.contiguous(k) : Steps.strided(k, aColumnStride);
        }

        @Override
        void block(int task) {
            Partition p = partition;
            int row = p.rowFirst(task);
            int rows = p.rowLast(task) - row;
            Tables tables = Tables.local();
            int[] aRows = tables.aRows(rows);
            int[] cRows = tables.cRows(rows);
            Tables.linear(aRows, rows, aOffset + row * aRowStride, aRowStride);
            Tables.linear(cRows, rows, cOffset + row * ldc, ldc);
            Tiles.multiply(
                    a,
                    aRows,
                    rows,
                    steps,
                    packed,
                    packedOffset,
                    n,
                    p.panelFirst(task),
                    p.panelLast(task),
                    c,
                    cRows,
                    start);
            if (rest != null) {
                int column = p.panelFirst(task) * Tiles.PANEL;
                int columns = Math.min(n, p.panelLast(task) * Tiles.PANEL) - column;
                rest.apply(c, cOffset + row * ldc + column, rows, columns, ldc, row, column);
            }
        }
    }

    private static final class Row extends Prepared {
        Row(int n, int k, int ldc, @Nullable Epilogue epilogue, Workers workers) {
            super(1, n, k, ldc, epilogue, workers);
        }

        @Override
        void block(int task) {
            int first = partition.panelFirst(task);
            int last = partition.panelLast(task);
            MatVec.multiply(a, aOffset, k, packed, packedOffset, n, first, last, c, cOffset);
            int column = first * Tiles.PANEL;
            int columns = Math.min(n, last * Tiles.PANEL) - column;
            start.apply(c, cOffset + column, 1, columns, ldc, 0, column);
            if (rest != null) {
                rest.apply(c, cOffset + column, 1, columns, ldc, 0, column);
            }
        }
    }
}
