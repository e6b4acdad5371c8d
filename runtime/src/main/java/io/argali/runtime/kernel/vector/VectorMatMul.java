package io.argali.runtime.kernel.vector;

import io.argali.runtime.kernel.Epilogue;
import io.argali.runtime.kernel.MatMulKernel;
import io.argali.runtime.kernel.Workers;
import org.jspecify.annotations.Nullable;

/** Matrix product in register tiles; one row alone streams B at the speed of its cache. */
final class VectorMatMul implements MatMulKernel {
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
    public void multiply(
            int m,
            int n,
            int k,
            float[] a,
            int aOffset,
            int aRowStride,
            int aColumnStride,
            float[] packed,
            int packedOffset,
            float[] c,
            int cOffset,
            int ldc,
            @Nullable Epilogue epilogue,
            Workers workers) {
        if (m == 0 || n == 0) {
            return;
        }
        if (m == 1 && aColumnStride == 1) {
            multiplyRow(n, k, a, aOffset, packed, packedOffset, c, cOffset, ldc, epilogue, workers);
            return;
        }
        Steps steps = aColumnStride == 1 ? Steps.contiguous(k) : Steps.strided(k, aColumnStride);
        Partition p = Partition.of(m, n, k, workers);
        if (p.parallel()) {
            workers.run(
                    p.tasks(),
                    task -> block(
                            p,
                            task,
                            n,
                            steps,
                            a,
                            aOffset,
                            aRowStride,
                            packed,
                            packedOffset,
                            c,
                            cOffset,
                            ldc,
                            epilogue));
            return;
        }
        for (int task = 0; task < p.tasks(); task++) {
            block(p, task, n, steps, a, aOffset, aRowStride, packed, packedOffset, c, cOffset, ldc, epilogue);
        }
    }

    private static void block(
            Partition p,
            int task,
            int n,
            Steps steps,
            float[] a,
            int aOffset,
            int aRowStride,
            float[] packed,
            int packedOffset,
            float[] c,
            int cOffset,
            int ldc,
            @Nullable Epilogue epilogue) {
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
                Epilogue.start(epilogue));
        Epilogue rest = Epilogue.rest(epilogue);
        if (rest != null) {
            int column = p.panelFirst(task) * Tiles.PANEL;
            int columns = Math.min(n, p.panelLast(task) * Tiles.PANEL) - column;
            rest.apply(c, cOffset + row * ldc + column, rows, columns, ldc, row, column);
        }
    }

    private static void multiplyRow(
            int n,
            int k,
            float[] a,
            int aOffset,
            float[] packed,
            int packedOffset,
            float[] c,
            int cOffset,
            int ldc,
            @Nullable Epilogue epilogue,
            Workers workers) {
        Partition p = Partition.of(1, n, k, workers);
        if (p.parallel()) {
            workers.run(
                    p.tasks(),
                    task -> rowBlock(
                            n,
                            k,
                            a,
                            aOffset,
                            packed,
                            packedOffset,
                            c,
                            cOffset,
                            ldc,
                            epilogue,
                            p.panelFirst(task),
                            p.panelLast(task)));
            return;
        }
        rowBlock(n, k, a, aOffset, packed, packedOffset, c, cOffset, ldc, epilogue, 0, p.panels());
    }

    private static void rowBlock(
            int n,
            int k,
            float[] a,
            int aOffset,
            float[] packed,
            int packedOffset,
            float[] c,
            int cOffset,
            int ldc,
            @Nullable Epilogue epilogue,
            int panelFirst,
            int panelLast) {
        MatVec.multiply(a, aOffset, k, packed, packedOffset, n, panelFirst, panelLast, c, cOffset);
        if (epilogue != null) {
            int column = panelFirst * Tiles.PANEL;
            epilogue.apply(c, cOffset + column, 1, Math.min(n, panelLast * Tiles.PANEL) - column, ldc, 0, column);
        }
    }
}
