package io.argali.runtime.kernel.scalar;

import io.argali.runtime.kernel.Epilogue;
import io.argali.runtime.kernel.MatMulKernel;
import io.argali.runtime.kernel.Workers;
import org.jspecify.annotations.Nullable;

/** Matrix product in blocks that HotSpot vectorises. */
final class ScalarMatMul implements MatMulKernel {
    /** Multiply-adds below which one thread is faster. */
    private static final long PARALLEL_WORK = 400_000;

    @Override
    public int packedSize(int k, int n) {
        return Math.multiplyExact(k, n);
    }

    /** Row-major, as it is. */
    @Override
    public void pack(
            int k, int n, float[] b, int offset, int rowStride, int columnStride, float[] packed, int packedOffset) {
        for (int i = 0; i < k; i++) {
            for (int j = 0; j < n; j++) {
                packed[packedOffset + i * n + j] = b[offset + i * rowStride + j * columnStride];
            }
        }
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
        return (a, aOffset, packed, packedOffset, c, cOffset) -> multiply(
                m,
                n,
                k,
                a,
                aOffset,
                aRowStride,
                aColumnStride,
                packed,
                packedOffset,
                c,
                cOffset,
                ldc,
                epilogue,
                workers);
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
        int blocks = (long) m * n * k < PARALLEL_WORK ? 1 : Math.min(m, 4 * workers.parallelism());
        int rows = (m + blocks - 1) / blocks;
        workers.run((m + rows - 1) / rows, task -> {
            int first = task * rows;
            int last = Math.min(m, first + rows);
            for (int row = first; row < last; row += ProductBlock.ROWS) {
                int blockRows = Math.min(ProductBlock.ROWS, last - row);
                int from = aOffset + row * aRowStride;
                multiplyRows(
                        blockRows,
                        n,
                        k,
                        a,
                        from,
                        aRowStride,
                        aColumnStride,
                        packed,
                        packedOffset,
                        c,
                        cOffset + row * ldc,
                        ldc);
            }
            if (epilogue != null) {
                epilogue.apply(c, cOffset + first * ldc, last - first, n, ldc, first, 0);
            }
        });
    }

    private static void multiplyRows(
            int rows,
            int n,
            int k,
            float[] a,
            int aOffset,
            int aRow,
            int aStep,
            float[] b,
            int bOffset,
            float[] c,
            int cOffset,
            int ldc) {
        ProductBlock block = ProductBlock.local();
        for (int column = 0; column < n; column += ProductBlock.COLUMNS) {
            int columns = Math.min(ProductBlock.COLUMNS, n - column);
            block.clear(rows, columns);
            block.add(0, 1, rows, columns, k, a, aOffset, aRow, aStep, b, bOffset + column, n);
            for (int row = 0; row < rows; row++) {
                block.store(row, columns, c, cOffset + row * ldc + column);
            }
        }
    }
}
