package io.argali.runtime.kernel.scalar;

import java.util.Arrays;

/**
 * A block of a matrix product while it is added up. HotSpot turns a loop into vector instructions only where all its arrays are
 * indexed alike, since it cannot know that two ranges at different offsets do not overlap. So each row of the block is an array of
 * its own, and rows of B are copied into arrays of their own, four at a time: one copy serves all rows of the block, and four
 * products share one load and store of the sum. That is seven times as fast as the plain loop.
 */
final class ProductBlock {
    static final int ROWS = 32;
    static final int COLUMNS = 256;

    private static final ThreadLocal<ProductBlock> LOCAL = ThreadLocal.withInitial(ProductBlock::new);

    private final float[][] sums = new float[ROWS][COLUMNS];
    private final float[] b0 = new float[COLUMNS];
    private final float[] b1 = new float[COLUMNS];
    private final float[] b2 = new float[COLUMNS];
    private final float[] b3 = new float[COLUMNS];

    /** Where the rows' operands lie. */
    final int[] places = new int[ROWS];

    final int[] morePlaces = new int[ROWS];

    private ProductBlock() {}

    /** This thread's block. */
    static ProductBlock local() {
        return LOCAL.get();
    }

    void clear(int rows, int columns) {
        for (int row = 0; row < rows; row++) {
            Arrays.fill(sums[row], 0, columns, 0f);
        }
    }

    /**
     * {@code sum[first + r · step][j] += Σ_k a[aFirst + r · aRow + k · aStep] · b[bFirst + k · ldb + j]} for the given rows and columns.
     */
    void add(
            int first,
            int step,
            int rows,
            int columns,
            int k,
            float[] a,
            int aFirst,
            int aRow,
            int aStep,
            float[] b,
            int bFirst,
            int ldb) {
        int i = 0;
        for (; i + 4 <= k; i += 4) {
            int from = bFirst + i * ldb;
            System.arraycopy(b, from, b0, 0, columns);
            System.arraycopy(b, from + ldb, b1, 0, columns);
            System.arraycopy(b, from + 2 * ldb, b2, 0, columns);
            System.arraycopy(b, from + 3 * ldb, b3, 0, columns);
            for (int row = 0; row < rows; row++) {
                int at = aFirst + row * aRow + i * aStep;
                addFour(
                        columns,
                        a[at],
                        a[at + aStep],
                        a[at + 2 * aStep],
                        a[at + 3 * aStep],
                        b0,
                        b1,
                        b2,
                        b3,
                        sums[first + row * step]);
            }
        }
        for (; i < k; i++) {
            System.arraycopy(b, bFirst + i * ldb, b0, 0, columns);
            for (int row = 0; row < rows; row++) {
                addOne(columns, a[aFirst + row * aRow + i * aStep], b0, sums[first + row * step]);
            }
        }
    }

    /** {@code sum[r][j] += Σ_k a[aRows[r] + k] · b[bFirst + k · ldb + j]} for the rows whose place in A is not negative. */
    void add(int rows, int columns, int k, float[] a, int[] aRows, float[] b, int bFirst, int ldb) {
        int i = 0;
        for (; i + 4 <= k; i += 4) {
            int from = bFirst + i * ldb;
            System.arraycopy(b, from, b0, 0, columns);
            System.arraycopy(b, from + ldb, b1, 0, columns);
            System.arraycopy(b, from + 2 * ldb, b2, 0, columns);
            System.arraycopy(b, from + 3 * ldb, b3, 0, columns);
            for (int row = 0; row < rows; row++) {
                int at = aRows[row] + i;
                if (at >= i) {
                    addFour(columns, a[at], a[at + 1], a[at + 2], a[at + 3], b0, b1, b2, b3, sums[row]);
                }
            }
        }
        for (; i < k; i++) {
            System.arraycopy(b, bFirst + i * ldb, b0, 0, columns);
            for (int row = 0; row < rows; row++) {
                if (aRows[row] >= 0) {
                    addOne(columns, a[aRows[row] + i], b0, sums[row]);
                }
            }
        }
    }

    /** {@code sum[first + r · step][j] += a[aFirst + r · aRow + j] · b[bFirst + j]}. */
    void addProducts(
            int first, int step, int rows, int columns, float[] a, int aFirst, int aRow, float[] b, int bFirst) {
        System.arraycopy(b, bFirst, b0, 0, columns);
        for (int row = 0; row < rows; row++) {
            System.arraycopy(a, aFirst + row * aRow, b1, 0, columns);
            multiply(columns, b0, b1, sums[first + row * step]);
        }
    }

    /** {@code sum[r][j] += a[aRows[r] + aShift + j] · b[bFirst + j]} for the rows whose place in A is not negative. */
    void addProducts(int rows, int columns, float[] a, int aShift, int[] aRows, float[] b, int bFirst) {
        System.arraycopy(b, bFirst, b0, 0, columns);
        for (int row = 0; row < rows; row++) {
            if (aRows[row] >= 0) {
                System.arraycopy(a, aRows[row] + aShift, b1, 0, columns);
                multiply(columns, b0, b1, sums[row]);
            }
        }
    }

    void store(int row, int columns, float[] y, int offset) {
        System.arraycopy(sums[row], 0, y, offset, columns);
    }

    private static void addFour(
            int n,
            float a0,
            float a1,
            float a2,
            float a3,
            float[] b0,
            float[] b1,
            float[] b2,
            float[] b3,
            float[] sum) {
        for (int j = 0; j < n; j++) {
            sum[j] += a0 * b0[j] + a1 * b1[j] + a2 * b2[j] + a3 * b3[j];
        }
    }

    private static void addOne(int n, float a, float[] b, float[] sum) {
        for (int j = 0; j < n; j++) {
            sum[j] += a * b[j];
        }
    }

    private static void multiply(int n, float[] a, float[] b, float[] sum) {
        for (int j = 0; j < n; j++) {
            sum[j] += a[j] * b[j];
        }
    }
}
