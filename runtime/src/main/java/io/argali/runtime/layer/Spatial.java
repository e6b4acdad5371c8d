package io.argali.runtime.layer;

import io.argali.runtime.op.Op;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What the layers with windows share. */
public final class Spatial {
    private Spatial() {}

    /**
     * A tuple of Keras as one entry for each of {@code rank} axes: {@code strides=2} is the same along all.
     *
     * @throws ShapeException if it has another number of entries
     */
    public static List<Integer> perAxis(List<Integer> tuple, int rank) {
        if (tuple.size() == rank) return tuple;
        if (tuple.size() != 1) throw new ShapeException("expected one number or " + rank + ", got " + tuple);
        return Collections.nCopies(rank, tuple.get(0));
    }

    /**
     * Where windows lie along the spatial axes, by TensorFlow's rule for padding.
     *
     * @param x the input, channels last
     * @throws ShapeException if no window fits
     */
    public static Op.Window window(
            Shape x, List<Integer> size, List<Integer> strides, List<Integer> dilations, Padding padding) {
        List<Integer> low = new ArrayList<>(), high = new ArrayList<>();
        for (int i = 0; i < size.size(); i++) {
            int n = x.dim(i + 1), stride = strides.get(i), span = (size.get(i) - 1) * dilations.get(i) + 1;
            int outputs = (n + stride - 1) / stride;
            int zeros = switch (padding) {
                case VALID -> 0;
                case SAME -> Math.max((outputs - 1) * stride + span - n, 0);
                case CAUSAL -> span - 1;
            };
            if (n + zeros < span) throw new ShapeException("windows of " + size + " do not fit into " + x);
            low.add(padding == Padding.CAUSAL ? zeros : zeros / 2);
            high.add(zeros - low.get(i));
        }
        return new Op.Window(List.copyOf(strides), List.copyOf(dilations), List.copyOf(low), List.copyOf(high));
    }
}
