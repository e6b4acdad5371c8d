package io.argali.runtime.kernel;

import org.jspecify.annotations.Nullable;

/**
 * What happens to a block of a matrix product or convolution while it is still in cache: bias, activation, a residual
 * addition. The result is seen as a matrix of {@code rows × columns} (for a convolution: output pixels × channels).
 */
public interface Epilogue {
    /**
     * Transforms one finished block in place. Blocks are disjoint and may arrive from several threads at once.
     *
     * @param y the whole result
     * @param offset index in {@code y} of the block's first element
     * @param rows rows of the block
     * @param columns columns of the block
     * @param leading distance in {@code y} between two rows
     * @param row the block's first row in the whole matrix
     * @param column the block's first column in the whole matrix
     */
    void apply(float[] y, int offset, int rows, int columns, int leading, int row, int column);

    /** How the epilogue begins, for a kernel that can do this much while the sums are still in registers. */
    default BiasActivation start() {
        return BiasActivation.NONE;
    }

    /** What is left after {@link #start}, if anything. */
    default @Nullable Epilogue rest() {
        return this;
    }

    /** The {@link #start} of an epilogue that may be missing. */
    static BiasActivation start(@Nullable Epilogue e) {
        return e == null ? BiasActivation.NONE : e.start();
    }

    /** The {@link #rest} of an epilogue that may be missing. */
    static @Nullable Epilogue rest(@Nullable Epilogue e) {
        return e == null ? null : e.rest();
    }

    /** One after the other. */
    record Chain(BiasActivation start, Epilogue rest) implements Epilogue {
        @Override
        public void apply(float[] y, int offset, int rows, int columns, int leading, int row, int column) {
            start.apply(y, offset, rows, columns, leading, row, column);
            rest.apply(y, offset, rows, columns, leading, row, column);
        }
    }
}
