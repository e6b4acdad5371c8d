package io.argali.runtime.plan;

import java.util.Arrays;

/**
 * Copies elements between two arrays of one kind along strides: every movement of a tensor (transpose, slice, broadcast, reverse, pad,
 * concatenate) is one such copy, or a few. A stride of 0 repeats, a negative one reverses.
 */
final class StridedCopy {
    private final int[] dims;
    private final int[] from;
    private final int[] to;
    private final int inner;
    private final int innerFrom;
    private final int innerTo;
    private final int outer;

    StridedCopy(int[] dims, int[] fromStrides, int[] toStrides) {
        int[][] merged = merge(dims, fromStrides, toStrides);
        int rank = merged[0].length;
        this.inner = merged[0][rank - 1];
        this.innerFrom = merged[1][rank - 1];
        this.innerTo = merged[2][rank - 1];
        this.dims = Arrays.copyOf(merged[0], rank - 1);
        this.from = merged[1];
        this.to = merged[2];
        int n = 1;
        for (int d : this.dims) n *= d;
        this.outer = n;
    }

    /** Drops axes of length 1 and joins neighbours that both sides walk as one. */
    private static int[][] merge(int[] dims, int[] from, int[] to) {
        int[] d = new int[dims.length + 1], f = new int[d.length], t = new int[d.length];
        int n = 0;
        for (int i = 0; i < dims.length; i++) {
            if (dims[i] == 1) continue;
            if (n > 0 && f[n - 1] == from[i] * dims[i] && t[n - 1] == to[i] * dims[i]) {
                d[n - 1] *= dims[i];
                f[n - 1] = from[i];
                t[n - 1] = to[i];
            } else {
                d[n] = dims[i];
                f[n] = from[i];
                t[n] = to[i];
                n++;
            }
        }
        if (n == 0) {
            d[0] = 1;
            f[0] = 1;
            t[0] = 1;
            n = 1;
        }
        return new int[][] {Arrays.copyOf(d, n), Arrays.copyOf(f, n), Arrays.copyOf(t, n)};
    }

    /** The number of inner runs; they can be copied in parts, by {@link #run(Object, int, Object, int, int, int)}. */
    int runs() {
        return outer;
    }

    /** Elements of an inner run. */
    int runLength() {
        return inner;
    }

    void run(Object src, int srcOffset, Object dst, int dstOffset) {
        run(src, srcOffset, dst, dstOffset, 0, outer);
    }

    /** The inner runs {@code [first, end)}. */
    void run(Object src, int srcOffset, Object dst, int dstOffset, int first, int end) {
        if (inner == 0) return;
        int rank = dims.length;
        for (int r = first; r < end; r++) {
            int rest = r, s = srcOffset, d = dstOffset;
            for (int i = rank - 1; i >= 0; i--) {
                int q = rest / dims[i];
                int p = rest - q * dims[i];
                s += p * from[i];
                d += p * to[i];
                rest = q;
            }
            copyRun(src, s, dst, d);
        }
    }

    @SuppressWarnings("SuspiciousSystemArraycopy") // both are arrays of one kind
    private void copyRun(Object src, int s, Object dst, int d) {
        if (innerFrom == 1 && innerTo == 1) {
            System.arraycopy(src, s, dst, d, inner);
            return;
        }
        switch (src) {
            case float[] a -> copyFloats(a, s, (float[]) dst, d);
            case double[] a -> {
                double[] b = (double[]) dst;
                for (int i = 0; i < inner; i++) b[d + i * innerTo] = a[s + i * innerFrom];
            }
            case int[] a -> {
                int[] b = (int[]) dst;
                for (int i = 0; i < inner; i++) b[d + i * innerTo] = a[s + i * innerFrom];
            }
            case long[] a -> {
                long[] b = (long[]) dst;
                for (int i = 0; i < inner; i++) b[d + i * innerTo] = a[s + i * innerFrom];
            }
            case byte[] a -> {
                byte[] b = (byte[]) dst;
                for (int i = 0; i < inner; i++) b[d + i * innerTo] = a[s + i * innerFrom];
            }
            default -> {
                String[] a = (String[]) src, b = (String[]) dst;
                for (int i = 0; i < inner; i++) b[d + i * innerTo] = a[s + i * innerFrom];
            }
        }
    }

    private void copyFloats(float[] a, int s, float[] b, int d) {
        if (innerFrom == 0 && innerTo == 1) {
            Arrays.fill(b, d, d + inner, a[s]);
            return;
        }
        for (int i = 0; i < inner; i++) b[d + i * innerTo] = a[s + i * innerFrom];
    }
}
