package io.argali.runtime.layer.operation;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.ShapeException;
import java.util.ArrayList;
import java.util.List;

/** NumPy's {@code pad}. */
final class Borders {
    private Borders() {}

    static Value pad(OperationArguments a) {
        Value x = a.value(0, "x");
        Object widths = a.option("pad_width");
        List<Integer> low = new ArrayList<>(), high = new ArrayList<>();
        for (int i = 0; i < x.rank(); i++) {
            Object w = widths instanceof List<?> l ? l.get(l.size() == x.rank() ? i : 0) : widths;
            List<?> both = w instanceof List<?> l ? l : List.of(java.util.Objects.requireNonNull(w));
            low.add(((Number) both.getFirst()).intValue());
            high.add(((Number) both.getLast()).intValue());
        }
        String mode = a.text("mode", "constant");
        return switch (mode) {
            case "constant" -> {
                Object value = a.find(1, "constant_values");
                yield x.pad(
                        low,
                        high,
                        value instanceof Number n ? n.doubleValue() : value instanceof Boolean b && b ? 1 : 0);
            }
            case "reflect", "symmetric" -> {
                Value y = x;
                for (int i = 0; i < x.rank(); i++)
                    y = mirror(y, i, low.get(i), high.get(i), mode.equals("reflect") ? 1 : 0);
                yield y;
            }
            default -> throw new ShapeException("padding of mode \"" + mode + "\" is not supported");
        };
    }

    /**
     * Mirror images of an axis before and after it.
     *
     * @param edge 1 to leave out the element at the edge
     */
    static Value mirror(Value x, int axis, int low, int high, int edge) {
        int n = x.shape().dim(axis);
        if (Math.max(low, high) > n - edge)
            throw new ShapeException("an axis of length " + n + " has no mirror image of " + Math.max(low, high));
        List<Value> parts = new ArrayList<>();
        if (low > 0) parts.add(x.slice(axis, edge, edge + low).reverse(axis));
        parts.add(x);
        if (high > 0) parts.add(x.slice(axis, n - edge - high, n - edge).reverse(axis));
        return Value.concat(axis, parts);
    }
}
