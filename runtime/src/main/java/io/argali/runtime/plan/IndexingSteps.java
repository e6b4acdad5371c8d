package io.argali.runtime.plan;

import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.tensor.Shape;

/** The steps of gather and scatter. */
final class IndexingSteps {
    private IndexingSteps() {}

    static Step of(Node node, Buffer[] in, Buffer out) {
        return switch ((Op.Indexing) node.op()) {
            case Op.Gather g -> gather(node, g, in[0], in[1], out);
            case Op.ScatterAdd s -> scatterAdd(node, in[0], in[1], out);
        };
    }

    @SuppressWarnings("SuspiciousSystemArraycopy") // both are arrays of one kind
    private static Step gather(Node node, Op.Gather g, Buffer x, Buffer indices, Buffer out) {
        Shape s = node.input(0).shape(), is = node.input(1).shape();
        int batch = s.size(0, g.batchDims());
        int outer = s.size(g.batchDims(), g.axis());
        int n = s.dim(g.axis());
        int inner = s.size(g.axis() + 1, s.rank());
        int count = is.size(g.batchDims(), is.rank());
        return w -> () -> {
            Object from = x.array(w), at = indices.array(w), to = out.array(w);
            int y = out.offset();
            for (int b = 0; b < batch; b++) {
                for (int o = 0; o < outer; o++) {
                    int row = x.offset() + (b * outer + o) * n * inner;
                    for (int k = 0; k < count; k++) {
                        long i = index(at, indices.offset() + b * count + k);
                        if (i < 0 || i >= n) throw outOfRange(node, i, n);
                        if (inner == 1 && from instanceof float[] f) ((float[]) to)[y] = f[row + (int) i];
                        else System.arraycopy(from, row + (int) i * inner, to, y, inner);
                        y += inner;
                    }
                }
            }
        };
    }

    private static Step scatterAdd(Node node, Buffer indices, Buffer updates, Buffer out) {
        Shape is = node.input(0).shape(), s = node.types().get(0).shape();
        int n = s.dim(0), inner = s.size(1, s.rank()), count = is.size();
        return w -> () -> {
            Object at = indices.array(w), from = updates.array(w), to = out.array(w);
            MovementSteps.fill(to, out.offset(), out.size, 0);
            for (int k = 0; k < count; k++) {
                long i = index(at, indices.offset() + k);
                if (i < 0 || i >= n) throw outOfRange(node, i, n);
                int y = out.offset() + (int) i * inner, x = updates.offset() + k * inner;
                switch (to) {
                    case float[] a -> {
                        for (int j = 0; j < inner; j++) a[y + j] = out.dtype.round(a[y + j] + ((float[]) from)[x + j]);
                    }
                    case double[] a -> {
                        for (int j = 0; j < inner; j++) a[y + j] += ((double[]) from)[x + j];
                    }
                    case int[] a -> {
                        for (int j = 0; j < inner; j++) a[y + j] = out.dtype.wrap(a[y + j] + ((int[]) from)[x + j]);
                    }
                    default -> {
                        for (int j = 0; j < inner; j++) ((long[]) to)[y + j] += ((long[]) from)[x + j];
                    }
                }
            }
        };
    }

    private static long index(Object array, int i) {
        return array instanceof int[] a ? a[i] : ((long[]) array)[i];
    }

    private static IllegalArgumentException outOfRange(Node node, long i, int n) {
        return new IllegalArgumentException(
                "layer \"" + node.origin() + "\": index " + i + " is out of range for an axis of length " + n);
    }
}
