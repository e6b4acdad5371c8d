package io.argali.runtime.kernel;

import io.argali.runtime.op.ReduceFunction;

/** Float32 reductions. Sums use several accumulators, so that long sums stay accurate; the order does not depend on threads. */
public interface ReduceKernel {
    /** Folds n neighbouring elements; of none: 0, 1, negative or positive infinity. Not-a-number wins in MAX and MIN. */
    float reduce(ReduceFunction f, float[] x, int offset, int n);

    /** {@code y[j] = fold over i of x[offset + i * leading + j]} for {@code columns} columns and {@code rows} rows. */
    void reduceColumns(
            ReduceFunction f, float[] x, int offset, int rows, int columns, int leading, float[] y, int yOffset);
}
