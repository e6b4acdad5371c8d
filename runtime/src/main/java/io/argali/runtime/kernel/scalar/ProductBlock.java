package io.argali.runtime.kernel.scalar;

import java.util.Arrays;

/**
 * A block of a matrix product while it is added up. HotSpot turns a loop into vector instructions only where all its arrays are
 * indexed alike, since it cannot know that two ranges at different offsets do not overlap. So each row of the block is an array of
 * its own, and rows of B are copied into arrays of their own, four at a time: one copy serves all rows of the block, and four
 * products share one load and store of the sum. That is seven times as fast as the plain loop.
 */
final class ProductBlock {
    /** Rows that share a copy of four rows of B. */
    static final int ROWS = 32;

    static final int MOST_ROWS = 128;

    /**
     * HotSpot takes wide vectors only for loops that it saw running long, and a run costs as much as 50 columns before the first: 56 GFLOP/s
     * along 512 columns, 46 along 256, 24 along 64.
     */
    static final int COLUMNS = 512;

    private static final ThreadLocal<ProductBlock> LOCAL = ThreadLocal.withInitial(ProductBlock::new);

    private final float[][] sums = new float[MOST_ROWS][COLUMNS];
    private final float[] b0 = new float[COLUMNS];
    private final float[] b1 = new float[COLUMNS];
    private final float[] b2 = new float[COLUMNS];
    private final float[] b3 = new float[COLUMNS];

    /** Where the operands of rows or columns lie. */
    final int[] places = new int[COLUMNS];

    final int[] morePlaces = new int[ROWS];

    /** Which part of a column's operand there is; the rest is zeros. */
    final int[] starts = new int[COLUMNS];

    final int[] ends = new int[COLUMNS];

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

    /** {@code sum[r][j] += Σ_k a[aFirst + k · aStep + r] · b[places[j] + k]}, where column j of B is zero but from {@code starts[j]} to {@code ends[j]}. */
    void addColumns(int rows, int columns, int k, float[] a, int aFirst, int aStep, float[] b) {
        int i = 0;
        for (; i + 4 <= k; i += 4) {
            for (int j = 0; j < columns; j++) {
                int at = places[j] + i;
                if (i >= starts[j] && i + 4 <= ends[j]) {
                    b0[j] = b[at];
                    b1[j] = b[at + 1];
                    b2[j] = b[at + 2];
                    b3[j] = b[at + 3];
                } else {
                    b0[j] = element(b, j, i);
                    b1[j] = element(b, j, i + 1);
                    b2[j] = element(b, j, i + 2);
                    b3[j] = element(b, j, i + 3);
                }
            }
            for (int row = 0; row < rows; row++) {
                int at = aFirst + i * aStep + row;
                addFour(columns, a[at], a[at + aStep], a[at + 2 * aStep], a[at + 3 * aStep], b0, b1, b2, b3, sums[row]);
            }
        }
        for (; i < k; i++) {
            for (int j = 0; j < columns; j++) {
                b0[j] = element(b, j, i);
            }
            for (int row = 0; row < rows; row++) {
                addOne(columns, a[aFirst + i * aStep + row], b0, sums[row]);
            }
        }
    }

    private float element(float[] b, int column, int i) {
        return i >= starts[column] && i < ends[column] ? b[places[column] + i] : 0f;
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

    /** Stores the transposed block: row {@code j} of {@code y} is column {@code j}. */
    void storeColumns(int rows, int columns, float[] y, int offset, int ldy) {
        for (int row = 0; row < rows; row += 8) {
            for (int r = row; r < Math.min(rows, row + 8); r++) {
                float[] sum = sums[r];
                for (int j = 0; j < columns; j++) {
                    y[offset + j * ldy + r] = sum[j];
                }
            }
        }
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
