package io.argali.runtime.model;

import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import java.util.List;

/** Cutting tensors along the batch axis and joining them again. */
public final class Rows {
    private Rows() {}

    /** The rows {@code [from, to)}. */
    @SuppressWarnings("SuspiciousSystemArraycopy") // both are arrays of one type
    public static Tensor slice(Tensor t, int from, int to) {
        Shape s = t.shape().with(0, to - from);
        int row = s.size(1, s.rank());
        Object part = Tensor.newArray(t.dtype(), s.size());
        System.arraycopy(t.array(), from * row, part, 0, s.size());
        return Tensor.wrap(t.dtype(), s, part);
    }

    /** Tensors one below the other. */
    @SuppressWarnings("SuspiciousSystemArraycopy") // both are arrays of one type
    public static Tensor concat(List<Tensor> parts) {
        Tensor first = parts.get(0);
        if (parts.size() == 1 || first.shape().rank() == 0) return first;
        int n = parts.stream().mapToInt(p -> p.shape().dim(0)).sum();
        Shape s = first.shape().with(0, n);
        Object all = Tensor.newArray(first.dtype(), s.size());
        int at = 0;
        for (Tensor p : parts) {
            System.arraycopy(p.array(), 0, all, at, p.size());
            at += p.size();
        }
        return Tensor.wrap(first.dtype(), s, all);
    }
}
