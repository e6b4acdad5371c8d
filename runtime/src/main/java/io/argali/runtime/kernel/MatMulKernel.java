package io.argali.runtime.kernel;

import org.jspecify.annotations.Nullable;

/** Dense float32 matrix product {@code C (m × n) = A (m × k) · B (k × n)}, with B packed beforehand. */
public interface MatMulKernel {
    /** Floats that {@link #pack} writes for a {@code k × n} right-hand side. */
    int packedSize(int k, int n);

    /** Packs B, whose element (i, j) is {@code b[offset + i * rowStride + j * columnStride]}. */
    void pack(int k, int n, float[] b, int offset, int rowStride, int columnStride, float[] packed, int packedOffset);

    /**
     * Multiplies; C is row-major with {@code ldc} floats between rows and is overwritten.
     *
     * @param aRowStride distance between two rows of A
     * @param aColumnStride distance between two columns of A; 1 is the fast case
     */
    void multiply(
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
            Workers workers);
}
