package io.argali.runtime.layer.operation;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** NumPy's indexing. */
final class Indexing {
    private Indexing() {}

    /** {@code x[key]}: numbers, slices, {@code ...} and None, one after another. */
    static Value item(Value x, @Nullable Object key) {
        List<?> keys = key instanceof List<?> l ? l : java.util.Collections.singletonList(key);
        long consuming =
                keys.stream().filter(k -> k != null && k != Ellipsis.ELLIPSIS).count();
        if (consuming > x.rank()) throw new ShapeException("too many indices " + keys + " for shape " + x.shape());
        Value y = x;
        int axis = 0;
        for (Object k : keys) {
            switch (k) {
                case null -> y = y.expandDims(axis++);
                case Ellipsis e -> axis += x.rank() - (int) consuming;
                case Number n -> y = at(y, axis, n.intValue());
                case SliceArgument s -> y = slice(y, axis++, s);
                case Value v -> {
                    y = y.gather(nonNegative(v, y.shape().dim(axis)), axis);
                    axis += v.rank();
                }
                default -> {
                    Value v = OperationArguments.toValue(k);
                    y = y.gather(nonNegative(v, y.shape().dim(axis)), axis);
                    axis += v.rank();
                }
            }
        }
        return y;
    }

    private static Value at(Value x, int axis, int position) {
        int n = x.shape().dim(axis);
        if (position < -n || position >= n)
            throw new ShapeException("index " + position + " is out of range for axis " + axis + " of " + x.shape());
        return x.at(axis, position);
    }

    /** {@code x[start:stop:step]} along an axis, with Python's meaning of negative and missing numbers. */
    static Value slice(Value x, int axis, SliceArgument s) {
        int n = x.shape().dim(axis), step = s.step() == null ? 1 : s.step();
        if (step > 0) {
            int from = s.start() == null ? 0 : clip(s.start(), n, 0, n);
            int to = s.stop() == null ? n : clip(s.stop(), n, 0, n);
            return x.slice(axis, from, Math.max(from, to), step);
        }
        int from = s.start() == null ? n - 1 : clip(s.start(), n, -1, n - 1);
        int to = s.stop() == null ? -1 : clip(s.stop(), n, -1, n - 1);
        int count = Math.max(0, (from - to - step - 1) / -step);
        if (count == 0) return x.slice(axis, 0, 0);
        int last = from + (count - 1) * step;
        return x.slice(axis, last, from + 1, -step).reverse(axis);
    }

    private static int clip(int i, int n, int low, int high) {
        return Math.max(low, Math.min(high, i < 0 ? i + n : i));
    }

    /** Indices counted from 0, from such as may count from the end. */
    static Value nonNegative(Value indices, int n) {
        return indices.less(0).select(indices.add(n), indices);
    }

    /** NumPy's {@code take}. */
    static Value take(Value x, Value indices, @Nullable Integer axis) {
        Value flat = axis == null ? x.reshape(-1) : x;
        int a = axis == null ? 0 : x.shape().axis(axis);
        return flat.gather(nonNegative(indices, flat.shape().dim(a)), a);
    }

    /** NumPy's {@code take_along_axis}; the axes beside it broadcast. */
    static Value takeAlong(Value x, Value indices, @Nullable Integer axis) {
        if (axis == null) return takeAlong(x.reshape(-1), indices, 0);
        int a = x.shape().axis(axis);
        Shape others = Shape.broadcast(x.shape().with(a, 1), indices.shape().with(a, 1));
        Value wide = x.broadcastTo(others.with(a, x.shape().dim(a)));
        Value at = nonNegative(indices, x.shape().dim(a))
                .broadcastTo(others.with(a, indices.shape().dim(a)));
        return io.argali.runtime.layer.Activations.takeAlong(wide, at, a);
    }

    /** Cuts at the given places, or into equal parts. */
    static List<Value> split(Value x, @Nullable Object where, int axis) {
        int n = x.shape().dim(axis);
        if (where instanceof Number parts) {
            if (n % parts.intValue() != 0)
                throw new ShapeException("cannot split " + x.shape() + " into " + parts + " along axis " + axis);
            return x.split(axis, parts.intValue());
        }
        List<Value> r = new ArrayList<>();
        int from = 0;
        for (Object o : (List<?>) java.util.Objects.requireNonNull(where)) {
            int to = ((Number) o).intValue();
            r.add(x.slice(axis, from, to));
            from = to;
        }
        r.add(x.slice(axis, from, n));
        return r;
    }
}
