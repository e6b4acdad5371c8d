package io.argali.runtime.layer.reshaping;

import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.ShapeException;
import java.util.Collections;
import java.util.List;

/** How much is put on or taken off before and behind each spatial axis. */
record Borders(List<Integer> before, List<Integer> behind) {
    /** Of one axis: {@code n} for both sides, or {@code (before, behind)}. */
    static Borders of(List<Integer> sides) {
        List<Integer> both = pair(sides);
        return new Borders(List.of(both.get(0)), List.of(both.get(1)));
    }

    /** Of several axes: {@code n} for all, or for each axis {@code n} or {@code (before, behind)}. */
    static Borders of(List<List<Integer>> sides, int rank) {
        List<List<Integer>> all = sides.size() == 1 ? Collections.nCopies(rank, sides.get(0)) : sides;
        if (all.size() != rank) throw new ShapeException("expected the borders of " + rank + " axes, got " + sides);
        return new Borders(
                all.stream().map(s -> pair(s).get(0)).toList(),
                all.stream().map(s -> pair(s).get(1)).toList());
    }

    private static List<Integer> pair(List<Integer> sides) {
        if (sides.isEmpty() || sides.size() > 2) throw new ShapeException("expected one number or two, got " + sides);
        return List.of(sides.get(0), sides.get(sides.size() - 1));
    }

    Value pad(Value x, DataFormat format) {
        check(x);
        return x.pad(format.entries(0, before, 0), format.entries(0, behind, 0), 0);
    }

    Value crop(Value x, DataFormat format) {
        check(x);
        Value y = x;
        for (int i = 0; i < before.size(); i++) {
            int axis = format.firstSpatialAxis() + i, n = x.shape().dim(axis), to = n - behind.get(i);
            if (before.get(i) >= to)
                throw new ShapeException("cropping leaves nothing of axis " + axis + " of " + x.type());
            y = y.slice(axis, before.get(i), to);
        }
        return y;
    }

    private void check(Value x) {
        if (x.rank() != before.size() + 2)
            throw new ShapeException("expected an input of rank " + (before.size() + 2) + ", got " + x.type());
    }
}
