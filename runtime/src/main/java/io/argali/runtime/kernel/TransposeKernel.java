package io.argali.runtime.kernel;

import java.util.Arrays;

/** Permutes the axes of a row-major array. Copies long runs where the last axis stays last, and square tiles where it moves. */
public final class TransposeKernel {
    private TransposeKernel() {}

    /** {@code y (columns × rows) = xᵀ}, x being {@code rows × columns}; {@code ldx} and {@code ldy} floats lie between rows. */
    public static void transpose(
            int rows, int columns, float[] x, int xOffset, int ldx, float[] y, int yOffset, int ldy) {
        int wholeRows = rows - rows % 8;
        for (int row = 0; row < wholeRows; row += 8) {
            eightRows(columns, x, xOffset + row * ldx, ldx, y, yOffset + row, ldy);
        }
        for (int row = wholeRows; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                y[yOffset + column * ldy + row] = x[xOffset + row * ldx + column];
            }
        }
    }

    /** Eight streams are read, and eight neighbours written: as many lines as a set of the L1 cache holds, whatever the strides. */
    private static void eightRows(int columns, float[] x, int x0, int ldx, float[] y, int yOffset, int ldy) {
        int x1 = x0 + ldx;
        int x2 = x1 + ldx;
        int x3 = x2 + ldx;
        int x4 = x3 + ldx;
        int x5 = x4 + ldx;
        int x6 = x5 + ldx;
        int x7 = x6 + ldx;
        for (int column = 0; column < columns; column++) {
            int to = yOffset + column * ldy;
            y[to] = x[x0 + column];
            y[to + 1] = x[x1 + column];
            y[to + 2] = x[x2 + column];
            y[to + 3] = x[x3 + column];
            y[to + 4] = x[x4 + column];
            y[to + 5] = x[x5 + column];
            y[to + 6] = x[x6 + column];
            y[to + 7] = x[x7 + column];
        }
    }

    /** {@code y[i_perm[0], i_perm[1], …] = x[i_0, i_1, …]}: axis j of y is axis {@code permutation[j]} of x. */
    public static void permute(int[] shape, int[] permutation, float[] x, int xOffset, float[] y, int yOffset) {
        Permutation p = Permutation.of(shape, permutation);
        p.forEachBlock((from, to) -> {
            if (p.keepsLast()) {
                System.arraycopy(x, xOffset + from, y, yOffset + to, p.run());
            } else {
                transpose(p.rows(), p.columns(), x, xOffset + from, p.ldx(), y, yOffset + to, p.ldy());
            }
        });
    }

    /** As {@link #permute(int[], int[], float[], int, float[], int)}, for arrays of any kind. Both must be of the same kind. */
    public static void permute(int[] shape, int[] permutation, Object x, int xOffset, Object y, int yOffset) {
        Permutation p = Permutation.of(shape, permutation);
        p.forEachBlock((from, to) -> {
            if (p.keepsLast()) {
                System.arraycopy(x, xOffset + from, y, yOffset + to, p.run());
                return;
            }
            for (int row = 0; row < p.rows(); row++) {
                for (int column = 0; column < p.columns(); column++) {
                    System.arraycopy(
                            x, xOffset + from + row * p.ldx() + column, y, yOffset + to + column * p.ldy() + row, 1);
                }
            }
        });
    }

    private interface Block {
        void accept(int from, int to);
    }

    /**
     * A permutation in its simplest form: axes of size 1 gone, axes that stay neighbours merged.
     *
     * @param shape sizes in the order of y
     * @param strides distance in x along each axis of y
     */
    private record Permutation(int[] shape, int[] strides, int[] yStrides, int lastOfX) {
        static Permutation of(int[] shape, int[] permutation) {
            int rank = shape.length;
            int[] xStrides = new int[rank];
            for (int axis = rank - 1, stride = 1; axis >= 0; axis--) {
                xStrides[axis] = stride;
                stride *= shape[axis];
            }
            int[] sizes = new int[rank + 1];
            int[] strides = new int[rank + 1];
            int count = 0;
            for (int axis : permutation) {
                if (shape[axis] == 1) {
                    continue;
                }
                if (count > 0 && strides[count - 1] == shape[axis] * xStrides[axis]) {
                    sizes[count - 1] *= shape[axis];
                    strides[count - 1] = xStrides[axis];
                } else {
                    sizes[count] = shape[axis];
                    strides[count++] = xStrides[axis];
                }
            }
            if (count == 0) {
                sizes[0] = 1;
                strides[count++] = 1;
            }
            sizes = Arrays.copyOf(sizes, count);
            strides = Arrays.copyOf(strides, count);
            int[] yStrides = new int[count];
            int lastOfX = 0;
            for (int axis = count - 1, stride = 1; axis >= 0; axis--) {
                yStrides[axis] = stride;
                stride *= sizes[axis];
                lastOfX = strides[axis] == 1 ? axis : lastOfX;
            }
            return new Permutation(sizes, strides, yStrides, lastOfX);
        }

        private int last() {
            return shape.length - 1;
        }

        /** Whether x's last axis is y's last axis, so that whole runs can be copied. */
        boolean keepsLast() {
            return strides[last()] == 1;
        }

        int run() {
            return shape[last()];
        }

        /** Rows of the matrix that is transposed: y's last axis. */
        int rows() {
            return shape[last()];
        }

        /** Columns of the matrix that is transposed: x's last axis. */
        int columns() {
            return shape[lastOfX];
        }

        int ldx() {
            return strides[last()];
        }

        int ldy() {
            return yStrides[lastOfX];
        }

        /** Visits the offsets in x and y of every run or matrix. */
        void forEachBlock(Block block) {
            for (int size : shape) {
                if (size == 0) {
                    return;
                }
            }
            int[] index = new int[shape.length];
            int from = 0;
            int to = 0;
            while (true) {
                block.accept(from, to);
                int axis = last();
                while (axis >= 0) {
                    if (axis == last() || axis == lastOfX) {
                        axis--;
                        continue;
                    }
                    from += strides[axis];
                    to += yStrides[axis];
                    if (++index[axis] < shape[axis]) {
                        break;
                    }
                    from -= index[axis] * strides[axis];
                    to -= index[axis] * yStrides[axis];
                    index[axis--] = 0;
                }
                if (axis < 0) {
                    return;
                }
            }
        }
    }
}
