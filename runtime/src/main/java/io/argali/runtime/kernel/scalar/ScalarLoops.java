package io.argali.runtime.kernel.scalar;

import java.util.Arrays;

/** The loops that take the time, written so that HotSpot turns them into vector instructions: one array written, no calls. */
final class ScalarLoops {
    private ScalarLoops() {}

    static void fill(float[] y, int offset, int n, float value) {
        Arrays.fill(y, offset, offset + n, value);
    }

    /** {@code y[j] += Σ_i a[i] · b[i][j]} for k rows of b that lie {@code ldb} apart. */
    static void addProduct(
            int k,
            float[] a,
            int aOffset,
            int aStride,
            int n,
            float[] b,
            int bOffset,
            int ldb,
            float[] y,
            int yOffset) {
        int i = 0;
        for (; i + 4 <= k; i += 4) {
            int from = aOffset + i * aStride;
            int row = bOffset + i * ldb;
            addFour(
                    a[from],
                    a[from + aStride],
                    a[from + 2 * aStride],
                    a[from + 3 * aStride],
                    n,
                    b,
                    row,
                    row + ldb,
                    row + 2 * ldb,
                    row + 3 * ldb,
                    y,
                    yOffset);
        }
        for (; i < k; i++) {
            addScaled(a[aOffset + i * aStride], n, b, bOffset + i * ldb, y, yOffset);
        }
    }

    private static void addFour(
            float a0,
            float a1,
            float a2,
            float a3,
            int n,
            float[] b,
            int b0,
            int b1,
            int b2,
            int b3,
            float[] y,
            int yOffset) {
        for (int j = 0; j < n; j++) {
            y[yOffset + j] += a0 * b[b0 + j] + a1 * b[b1 + j] + a2 * b[b2 + j] + a3 * b[b3 + j];
        }
    }

    /** {@code y[j] += a · b[j]}. */
    static void addScaled(float a, int n, float[] b, int bOffset, float[] y, int yOffset) {
        for (int j = 0; j < n; j++) {
            y[yOffset + j] += a * b[bOffset + j];
        }
    }

    /** {@code y[j] += a[j] · b[j]}. */
    static void addProducts(int n, float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset) {
        for (int j = 0; j < n; j++) {
            y[yOffset + j] += a[aOffset + j] * b[bOffset + j];
        }
    }

    /** {@code Σ_j a[j] · b[j]}, in four partial sums. */
    static float dot(int n, float[] a, int aOffset, float[] b, int bOffset) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        int j = 0;
        for (; j + 4 <= n; j += 4) {
            s0 += a[aOffset + j] * b[bOffset + j];
            s1 += a[aOffset + j + 1] * b[bOffset + j + 1];
            s2 += a[aOffset + j + 2] * b[bOffset + j + 2];
            s3 += a[aOffset + j + 3] * b[bOffset + j + 3];
        }
        for (; j < n; j++) {
            s0 += a[aOffset + j] * b[bOffset + j];
        }
        return (s0 + s1) + (s2 + s3);
    }
}
