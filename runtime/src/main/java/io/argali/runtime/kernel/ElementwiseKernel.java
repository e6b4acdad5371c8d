package io.argali.runtime.kernel;

import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.UnaryFunction;

/**
 * Float32 elementwise functions over short runs that stay in L1 cache; the instructions that fused programs are made of. Bool
 * values are the floats 0 and 1 here. Source and destination may be the same range. Functions that take integers only are refused.
 */
public interface ElementwiseKernel {
    /** {@code y[i] = f(x[i])} for n elements. */
    void unary(UnaryFunction f, float[] x, int xOffset, float[] y, int yOffset, int n);

    /** {@code y[i] = f(a[i], b[i])}. */
    void binary(BinaryFunction f, float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset, int n);

    /** {@code y[i] = f(a[i], b)}. */
    void binaryScalar(BinaryFunction f, float[] a, int aOffset, float b, float[] y, int yOffset, int n);

    /** {@code y[i] = f(a, b[i])}. */
    void scalarBinary(BinaryFunction f, float a, float[] b, int bOffset, float[] y, int yOffset, int n);

    /** {@code y[i] = condition[i] != 0 ? a[i] : b[i]}. */
    void select(
            float[] condition,
            int cOffset,
            float[] a,
            int aOffset,
            float[] b,
            int bOffset,
            float[] y,
            int yOffset,
            int n);

    /** {@code y[i] = a[i] * b[i] + c[i]}, fused. */
    void multiplyAdd(
            float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset, float[] y, int yOffset, int n);
}
