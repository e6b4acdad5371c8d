package io.argali.runtime.kernel;

import org.jspecify.annotations.Nullable;

/**
 * {@code y = min(max(y + bias + residual, low), high)}, the end of most layers: a kernel begins its sums with bias and residual, and clamps
 * them when it stores them.
 *
 * @param bias a value for each column of the matrix, from {@code biasOffset}; what follows in the array, up to 64 floats, may be read but has
 *     no effect, and saves a copy
 * @param residual an array whose element {@code i + residualDelta} is added to element {@code i} of the result
 * @param low negative infinity for no bound
 * @param high infinity for no bound
 */
public record BiasActivation(
        float @Nullable [] bias, int biasOffset, float @Nullable [] residual, int residualDelta, float low, float high)
        implements Epilogue {
    /** Changes nothing. */
    public static final BiasActivation NONE =
            new BiasActivation(null, 0, null, 0, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY);

    @Override
    public BiasActivation start() {
        return this;
    }

    @Override
    public @Nullable Epilogue rest() {
        return null;
    }

    /** Whether there is a bound. */
    public boolean clamps() {
        return low != Float.NEGATIVE_INFINITY || high != Float.POSITIVE_INFINITY;
    }

    /** The same for a matrix that begins at the given column of this one's. */
    public BiasActivation fromColumn(int column) {
        return bias == null || column == 0
                ? this
                : new BiasActivation(bias, biasOffset + column, residual, residualDelta, low, high);
    }

    @Override
    public void apply(float[] y, int offset, int rows, int columns, int leading, int row, int column) {
        for (int r = 0; r < rows; r++) {
            int at = offset + r * leading;
            if (bias != null) {
                add(y, at, bias, biasOffset + column, columns);
            }
            if (residual != null) {
                add(y, at, residual, at + residualDelta, columns);
            }
            if (clamps()) {
                clamp(y, at, columns, low, high);
            }
        }
    }

    private static void add(float[] y, int yOffset, float[] x, int xOffset, int n) {
        for (int i = 0; i < n; i++) {
            y[yOffset + i] += x[xOffset + i];
        }
    }

    private static void clamp(float[] y, int offset, int n, float low, float high) {
        for (int i = 0; i < n; i++) {
            y[offset + i] = Math.min(Math.max(y[offset + i], low), high);
        }
    }
}
