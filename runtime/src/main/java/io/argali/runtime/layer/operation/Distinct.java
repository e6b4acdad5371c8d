package io.argali.runtime.layer.operation;

import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.ReduceFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Operations with as many results as the data has something: places that are not zero, values that differ. */
final class Distinct {
    private Distinct() {}

    /** The numbers, int32, of the places where something holds, in order. */
    private static Value places(OperationArguments a, Value holds) {
        int n = a.scope().lengthOf(holds.cast(DType.INT32).sum(false));
        return first(holds, n);
    }

    /** The first n places where something holds. */
    private static Value first(Value holds, int n) {
        // The sort keeps the order of equals.
        return holds.cast(DType.INT32).argSort(0, true).slice(0, 0, n);
    }

    /** For each axis, the coordinates of the elements that are not zero. */
    static List<Value> nonzero(OperationArguments a, Value x) {
        Value flat = places(a, x.cast(DType.BOOL).reshape(-1));
        List<Value> r = new ArrayList<>();
        int[] strides = x.shape().strides();
        for (int i = 0; i < x.rank(); i++) {
            r.add(flat.binary(BinaryFunction.FLOOR_DIVIDE, strides[i])
                    .binary(BinaryFunction.MODULO, x.shape().dim(i)));
        }
        return r;
    }

    /** NumPy's {@code unique} of all elements. */
    static List<Value> unique(OperationArguments a) {
        Value given = a.value(0, "x");
        Integer axis = a.integer("axis");
        if (axis != null && given.rank() != 1)
            throw new ShapeException("unique along an axis of a tensor of rank " + given.rank() + " is not supported");
        Value x = given.reshape(-1);
        int n = x.shape().dim(0);
        Value order = x.argSort(0, false), sorted = x.gather(order, 0);
        Value begins = n == 0
                ? sorted.cast(DType.BOOL)
                : Value.concat(
                        0,
                        List.of(
                                Value.full(DType.BOOL, Shape.of(1), 1),
                                sorted.slice(0, 1, n).notEqual(sorted.slice(0, 0, n - 1))));
        Integer size = a.integer("size");
        Value count = begins.cast(DType.INT32).sum(false);
        // With a size, all places are looked at; those after the ones where a value begins hold nothing.
        int found = size != null ? n : a.scope().lengthOf(count);
        Value holds = Value.iota(DType.INT32, Shape.of(found), 0).less(count);
        Value starts = first(begins, found);
        Value index = order.gather(starts, 0);
        if (size != null) {
            starts = holds.select(starts, n);
            index = holds.select(index, n);
        }
        Value counts = Value.concat(0, List.of(starts, Value.full(DType.INT32, Shape.of(1), n)));
        counts = counts.slice(0, 1, found + 1).subtract(starts);
        Value rank = begins.cast(DType.INT32)
                .cumulative(ReduceFunction.SUM, 0, false, false)
                .subtract(1);
        Value inverse = rank.gather(order.argSort(0, false), 0);
        if (!a.flag("sorted", true)) {
            Value appearance = index.argSort(0, false);
            index = index.gather(appearance, 0);
            counts = counts.gather(appearance, 0);
            inverse = appearance.argSort(0, false).gather(inverse, 0);
        }
        List<Value> r = new ArrayList<>();
        Value values = x.gather(index.minimum(Math.max(0, n - 1)), 0);
        r.add(sized(values, holds, size, a.number("fill_value", 0)));
        if (a.flag("return_index", false)) r.add(sized(index, holds, size, 1));
        if (a.flag("return_inverse", false)) r.add(axis == null ? inverse.reshape(given.shape()) : inverse);
        if (a.flag("return_counts", false)) r.add(sized(counts, holds, size, 0));
        return r;
    }

    private static Value sized(Value x, Value holds, @Nullable Integer size, double fill) {
        if (size == null) return x;
        // Longer first, as nobody may know the length yet.
        return holds.select(x, fill).pad(List.of(0), List.of(size), fill).slice(0, 0, size);
    }

    /** NumPy's {@code histogram}: counts and edges. */
    static List<Value> histogram(OperationArguments a) {
        Value x = a.value(0, "x").reshape(-1);
        int bins = a.integer("bins", 10);
        DType type = Promotion.of(x.dtype(), DType.FLOAT32);
        Value low = x.min(false).cast(type), high = x.max(false).cast(type);
        if (a.option("range") instanceof List<?> range) {
            low = Value.scalar(type, ((Number) range.get(0)).doubleValue());
            high = Value.scalar(type, ((Number) range.get(1)).doubleValue());
        }
        Value step = high.subtract(low).divide(bins);
        Value k = Value.iota(type, Shape.of(bins + 1), 0);
        Value edges = k.equal(bins).select(high, low.add(step.multiply(k))).cast(x.dtype());
        Value inside = x.cast(type).greaterEqual(low).and(x.cast(type).lessEqual(high));
        Value inner = edges.slice(0, 1, bins);
        Value bin = inner.lessEqual(x.expandDims(-1)).cast(DType.INT32).sum(false, -1);
        Value hits = bin.expandDims(-1)
                .equal(Value.iota(DType.INT32, Shape.of(bins), 0))
                .and(inside.expandDims(-1));
        return List.of(hits.cast(x.dtype()).sum(false, 0), edges);
    }

    /** How often each number comes along the last axis. */
    static Value bincount(OperationArguments a) {
        Value x = a.value(0, "x");
        Value i = x.dtype() == DType.INT64 ? x : x.cast(DType.INT32);
        int least = a.integer("minlength", 0);
        int[] all = IntStream.range(0, x.rank()).toArray();
        int n = x.shape().size() == 0
                ? least
                : a.scope().lengthOf(i.max(false, all).add(1).cast(DType.INT32).maximum(least));
        Value hits = i.expandDims(-1).equal(Value.iota(i.dtype(), Shape.of(n), 0));
        Object given = a.option("weights");
        if (given == null) return hits.cast(DType.INT32).sum(false, -2);
        Value w = OperationArguments.toValue(given);
        return hits.select(w.expandDims(-1), 0).sum(false, -2).cast(Promotion.of(x.dtype(), w.dtype()));
    }
}
