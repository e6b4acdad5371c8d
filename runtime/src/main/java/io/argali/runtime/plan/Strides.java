package io.argali.runtime.plan;

import io.argali.runtime.tensor.Shape;

/** Strides of tensors as others see them. */
final class Strides {
    private Strides() {}

    /** The strides with which a tensor of shape s, with the given own strides, is read as if it had the shape {@code to}; 0 repeats. */
    static int[] broadcast(Shape s, int[] own, Shape to) {
        int[] r = new int[to.rank()];
        int lead = to.rank() - s.rank();
        for (int i = lead; i < r.length; i++) r[i] = s.dim(i - lead) == 1 && to.dim(i) != 1 ? 0 : own[i - lead];
        for (int i = 0; i < r.length; i++) if (to.dim(i) == 1) r[i] = 0;
        return r;
    }

    static int[] broadcast(Shape s, Shape to) {
        return broadcast(s, s.strides(), to);
    }

    /** The offset of each element of a tensor of shape {@code to}, read along the strides; null if they are its own. */
    static int @org.jspecify.annotations.Nullable [] offsets(int[] strides, Shape to) {
        int[] own = to.strides();
        boolean same = true;
        for (int i = 0; i < own.length; i++) same &= to.dim(i) == 1 || own[i] == strides[i];
        if (same) return null;
        int n = to.size();
        int[] r = new int[n];
        int[] at = new int[to.rank()];
        int offset = 0;
        for (int i = 0; i < n; i++) {
            r[i] = offset;
            for (int d = at.length - 1; d >= 0; d--) {
                offset += strides[d];
                if (++at[d] < to.dim(d)) break;
                offset -= strides[d] * to.dim(d);
                at[d] = 0;
            }
        }
        return r;
    }
}
