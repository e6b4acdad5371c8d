package io.argali.runtime.kernel;

import org.jspecify.annotations.Nullable;

/** Dense float32 matrix product {@code C (m × n) = A (m × k) · B (k × n)}, with B packed beforehand. */
public interface MatMulKernel {
    /** Floats that {@link #pack} writes for a {@code k × n} right-hand side. */
    int packedSize(int k, int n);

    /** Packs B, whose element (i, j) is {@code b[offset + i * rowStride + j * columnStride]}. */
    void pack(int k, int n, float[] b, int offset, int rowStride, int columnStride, float[] packed, int packedOffset);

    /** One of several parts of what {@link #pack} does, which may be done at the same time. */
    default void packPart(
            int part,
            int parts,
            int k,
            int n,
            float[] b,
            int offset,
            int rowStride,
            int columnStride,
            float[] packed,
            int packedOffset) {
        if (part == 0) pack(k, n, b, offset, rowStride, columnStride, packed, packedOffset);
    }

    /** A product with everything that does not depend on its operands worked out. For one caller at a time. */
    interface Product {
        /** Multiplies; C is overwritten. Allocates nothing. */
        void run(float[] a, int aOffset, float[] packed, int packedOffset, float[] c, int cOffset);
    }

    /**
     * A product to be run many times; C is row-major with {@code ldc} floats between rows.
     *
     * @param aRowStride distance between two rows of A
     * @param aColumnStride distance between two columns of A; 1 is the fast case
     */
    Product prepare(
            int m,
            int n,
            int k,
            int aRowStride,
            int aColumnStride,
            int ldc,
            @Nullable Epilogue epilogue,
            Workers workers);

    /** {@link Product#run} once. */
    default void multiply(
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
        prepare(m, n, k, aRowStride, aColumnStride, ldc, epilogue, workers)
                .run(a, aOffset, packed, packedOffset, c, cOffset);
    }
}
