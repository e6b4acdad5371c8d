package io.argali.runtime.kernel.scalar;

import io.argali.runtime.kernel.ReduceKernel;
import io.argali.runtime.op.ReduceFunction;
import java.util.Arrays;

/** Reductions; sums and products of neighbours run in eight partial results. */
public final class ScalarReduce implements ReduceKernel {
    private static final int PARTS = 8;

    /** Elements that are added up before they join the total. */
    private static final int BLOCK = 8192;

    /** The least number of rows that a column sum adds up before it joins the total; with more rows, their square root. */
    private static final int ROWS = 128;

    @Override
    public float reduce(ReduceFunction f, float[] x, int offset, int n) {
        if (n <= BLOCK) {
            return reduceBlock(f, x, offset, n);
        }
        float total = identity(f);
        for (int first = 0; first < n; first += BLOCK) {
            total = fold(f, total, reduceBlock(f, x, offset + first, Math.min(BLOCK, n - first)));
        }
        return total;
    }

    private static float reduceBlock(ReduceFunction f, float[] x, int offset, int n) {
        if (n < 2 * PARTS) {
            float r = identity(f);
            for (int i = 0; i < n; i++) {
                r = fold(f, r, x[offset + i]);
            }
            return r;
        }
        float[] parts = new float[PARTS];
        Arrays.fill(parts, identity(f));
        for (int i = 0; i < n; i++) {
            parts[i % PARTS] = fold(f, parts[i % PARTS], x[offset + i]);
        }
        for (int half = PARTS / 2; half > 0; half /= 2) {
            for (int j = 0; j < half; j++) {
                parts[j] = fold(f, parts[j], parts[j + half]);
            }
        }
        return parts[0];
    }

    @Override
    public void reduceColumns(
            ReduceFunction f, float[] x, int offset, int rows, int columns, int leading, float[] y, int yOffset) {
        Arrays.fill(y, yOffset, yOffset + columns, identity(f));
        if (rows <= ROWS) {
            foldRows(f, x, offset, rows, columns, leading, y, yOffset);
            return;
        }
        int partRows = Math.max(ROWS, (int) Math.sqrt(rows));
        float[] part = new float[columns];
        for (int first = 0; first < rows; first += partRows) {
            Arrays.fill(part, identity(f));
            foldRows(f, x, offset + first * leading, Math.min(partRows, rows - first), columns, leading, part, 0);
            foldRows(f, part, 0, 1, columns, columns, y, yOffset);
        }
    }

    private static void foldRows(
            ReduceFunction f, float[] x, int offset, int rows, int columns, int leading, float[] y, int yOffset) {
        for (int i = 0; i < rows; i++) {
            int row = offset + i * leading;
            switch (f) {
                case SUM -> {
                    for (int j = 0; j < columns; j++) {
                        y[yOffset + j] += x[row + j];
                    }
                }
                case PRODUCT -> {
                    for (int j = 0; j < columns; j++) {
                        y[yOffset + j] *= x[row + j];
                    }
                }
                case MAX -> {
                    for (int j = 0; j < columns; j++) {
                        y[yOffset + j] = Math.max(y[yOffset + j], x[row + j]);
                    }
                }
                case MIN -> {
                    for (int j = 0; j < columns; j++) {
                        y[yOffset + j] = Math.min(y[yOffset + j], x[row + j]);
                    }
                }
                case ANY, ALL -> {
                    for (int j = 0; j < columns; j++) {
                        y[yOffset + j] = fold(f, y[yOffset + j], x[row + j]);
                    }
                }
            }
        }
    }

    private static float identity(ReduceFunction f) {
        return switch (f) {
            case SUM, ANY -> 0f;
            case PRODUCT, ALL -> 1f;
            case MAX -> Float.NEGATIVE_INFINITY;
            case MIN -> Float.POSITIVE_INFINITY;
        };
    }

    private static float fold(ReduceFunction f, float a, float b) {
        return switch (f) {
            case SUM -> a + b;
            case PRODUCT -> a * b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case ANY -> a != 0 || b != 0 ? 1f : 0f;
            case ALL -> a != 0 && b != 0 ? 1f : 0f;
        };
    }
}
