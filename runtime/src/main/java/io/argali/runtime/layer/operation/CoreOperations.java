package io.argali.runtime.layer.operation;

import io.argali.runtime.op.StopGradient;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/** The operations of keras/src/ops/core.py, but for those that take Python functions. */
final class CoreOperations {
    private CoreOperations() {}

    static Table table() {
        Table t = new Table("core");
        t.value("Cast", a -> {
            Value x = a.value(0, "x");
            return x.cast(a.dtype(x.dtype()));
        });
        t.value("SaturateCast", a -> {
            Value x = a.value(0, "x");
            return saturate(x, a.dtype(x.dtype()));
        });
        t.value("ConvertToTensor", a -> {
            Value x = a.value(0, "x");
            return x.cast(a.dtype(x.dtype()));
        });
        t.value("StopGradient", a -> StopGradient.of(a.value(0, "variable")));
        t.results("Unstack", a -> {
            Value x = a.value(0, "x");
            int axis = a.integer("axis", 0);
            return IntStream.range(0, x.shape().dim(axis))
                    .mapToObj(i -> x.at(axis, i))
                    .toList();
        });
        t.value("Slice", CoreOperations::slice);
        t.value(
                "Scatter",
                a -> Scatters.scatter(
                        a.value(0, "indices"),
                        a.value(1, "values"),
                        Shape.of(Objects.requireNonNull(a.integers("shape")))));
        t.value(
                "ScatterUpdate",
                a -> Scatters.update(
                        a.value(0, "inputs"), a.value(1, "indices"), a.value(2, "updates"), a.text("reduction", "")));
        t.value(
                "SliceUpdate",
                a -> Scatters.updateSlice(a.value(0, "inputs"), a.value(1, "start_indices"), a.value(2, "updates")));
        return t;
    }

    private static Value slice(OperationArguments a) {
        Value x = a.value(0, "inputs");
        Object starts = Objects.requireNonNull(a.find(1, "start_indices"));
        int[] sizes = Objects.requireNonNull(a.integers("shape"));
        if (sizes.length != x.rank())
            throw new ShapeException("slice of shape " + List.of(sizes) + " from " + x.shape());
        Value y = x;
        for (int i = 0; i < sizes.length; i++) {
            int n = x.shape().dim(i);
            if (starts instanceof List<?> l && l.get(i) instanceof Number s) {
                y = y.slice(i, s.intValue(), sizes[i] == -1 ? n : s.intValue() + sizes[i]);
                continue;
            }
            if (sizes[i] == -1) throw new ShapeException("a slice from a computed place needs a length, not -1");
            Value start = starts instanceof List<?> l
                    ? OperationArguments.toValue(l.get(i))
                    : OperationArguments.toValue(starts).at(0, i);
            y = y.gather(start.cast(DType.INT32).add(Value.iota(DType.INT32, Shape.of(sizes[i]), 0)), i);
        }
        return y;
    }

    /** A cast that takes what does not fit to the nearest that does. */
    static Value saturate(Value x, DType to) {
        if (to == x.dtype()) return x;
        double low = lowest(to), high = highest(to);
        Value y = x;
        if (lowest(x.dtype()) < low) y = y.maximum(low);
        if (highest(x.dtype()) > high) y = y.minimum(representable(x.dtype(), high));
        return y.cast(to);
    }

    /** The greatest number of a type that is not above a bound. */
    private static double representable(DType t, double bound) {
        if (t != DType.FLOAT32) return bound;
        float f = (float) bound;
        return f > bound ? Math.nextDown(f) : f;
    }

    private static double lowest(DType t) {
        return switch (t) {
            case BOOL, UINT8, UINT16, UINT32, UINT64 -> 0;
            case INT8 -> Byte.MIN_VALUE;
            case INT16 -> Short.MIN_VALUE;
            case INT32 -> Integer.MIN_VALUE;
            case INT64 -> Long.MIN_VALUE;
            default -> -NumpyOperations.greatest(t);
        };
    }

    private static double highest(DType t) {
        return switch (t) {
            case BOOL -> 1;
            case INT8 -> Byte.MAX_VALUE;
            case UINT8 -> 255;
            case INT16 -> Short.MAX_VALUE;
            case UINT16 -> 65535;
            case INT32 -> Integer.MAX_VALUE;
            case UINT32 -> 4294967295.0;
            case INT64 -> Long.MAX_VALUE;
            case UINT64 -> 0x1p64;
            default -> NumpyOperations.greatest(t);
        };
    }
}
