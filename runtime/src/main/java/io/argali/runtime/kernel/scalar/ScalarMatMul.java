package io.argali.runtime.kernel.scalar;

import io.argali.runtime.kernel.Epilogue;
import io.argali.runtime.kernel.MatMulKernel;
import io.argali.runtime.kernel.Workers;
import org.jspecify.annotations.Nullable;

/** Matrix product by rows: {@code c += a·b} over whole rows of B, four at a time so that C is read and written a fourth as often. */
final class ScalarMatMul implements MatMulKernel {
    /** Multiply-adds below which one thread is faster. */
    private static final long PARALLEL_WORK = 400_000;

    /** Columns of C and B worked on at once, so that they stay in L1. */
    private static final int COLUMNS = 512;

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
            for (int i = first; i < last; i++) {
                int cRow = cOffset + i * ldc;
                multiplyRow(n, k, a, aOffset + i * aRowStride, aColumnStride, packed, packedOffset, c, cRow);
            }
            if (epilogue != null) {
                epilogue.apply(c, cOffset + first * ldc, last - first, n, ldc, first, 0);
            }
        });
    }

    private static void multiplyRow(
            int n, int k, float[] a, int aOffset, int aStride, float[] b, int bOffset, float[] c, int cOffset) {
        for (int column = 0; column < n; column += COLUMNS) {
            int columns = Math.min(COLUMNS, n - column);
            ScalarLoops.fill(c, cOffset + column, columns, 0f);
            ScalarLoops.addProduct(k, a, aOffset, aStride, columns, b, bOffset + column, n, c, cOffset + column);
        }
    }
}
