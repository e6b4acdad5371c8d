package io.argali.converters.savedmodel;

import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Elements are picked or put by number. */
final class IndexingOps {
    private IndexingOps() {}

    static void add(OpTable t) {
        t.one("Gather", c -> gather(c.value(0), c.value(1), 0, 0));
        t.one("GatherV2", c -> gather(c.value(0), c.value(1), c.scalar(2), c.integer("batch_dims", 0)));
        t.one("GatherNd", c -> gatherNd(c.value(0), c.value(1)));
        t.one("ScatterNd", c -> scatter(c.value(0), c.value(1), ShapeOps.shape(c.ints(2))));
        t.one(
                "TensorScatterAdd",
                c -> c.value(0).add(scatter(c.value(1), c.value(2), c.value(0).shape())));
        t.one(
                "TensorScatterSub",
                c -> c.value(0)
                        .subtract(scatter(c.value(1), c.value(2), c.value(0).shape())));
        t.one("TensorScatterUpdate", c -> update(c.value(0), c.value(1), c.value(2)));
        t.one("OneHot", IndexingOps::oneHot);
        t.one("Where", c -> where(c, c.value(0)));
        t.many("Unique", List.of("y", "idx"), c -> unique(c).subList(0, 2));
        t.many("UniqueV2", List.of("y", "idx"), c -> unique(c).subList(0, 2));
        t.many("UniqueWithCounts", List.of("y", "idx", "count"), IndexingOps::unique);
    }

    static Value gather(Value x, Value indices, int axis, int batchDims) {
        int a = x.shape().axis(axis), b = batchDims < 0 ? batchDims + indices.rank() : batchDims;
        return x.gather(indices, a, b);
    }

    /** The number of the row, of the first k axes taken together, that each index (…, k) means. */
    private static Value rows(Shape shape, Value indices) {
        int k = indices.shape().last();
        int[] strides = shape.slice(0, k).strides();
        Value i = indices.cast(DType.INT32), row = Value.zeros(i.at(-1, 0).type());
        for (int j = 0; j < k; j++) row = row.add(i.at(-1, j).multiply(strides[j]));
        return row;
    }

    static Value gatherNd(Value x, Value indices) {
        int k = indices.shape().last();
        Shape rest = x.shape().slice(k, x.rank()), outer = indices.shape().slice(0, indices.rank() - 1);
        if (k == 0) return x.broadcastTo(outer.append(x.shape().toArray()));
        Value flat = x.reshape(rest.insert(0, x.shape().size(0, k)));
        return flat.gather(rows(x.shape(), indices), 0).reshape(outer.append(rest.toArray()));
    }

    private static Value scatter(Value indices, Value updates, Shape shape) {
        int k = indices.shape().last(), n = indices.shape().size(0, indices.rank() - 1);
        Shape rest = shape.slice(k, shape.rank());
        Value flat = updates.reshape(rest.insert(0, n));
        return MovementOps.node(
                        new Op.ScatterAdd(rest.insert(0, shape.size(0, k))),
                        rows(shape, indices).reshape(n),
                        flat)
                .reshape(shape);
    }

    /** Where an index comes twice, TensorFlow does not say which update stays; here it is an error of the sum. */
    private static Value update(Value x, Value indices, Value updates) {
        Value counts = scatter(indices, Value.full(DType.INT32, updates.shape(), 1), x.shape());
        DType t = x.dtype();
        Value put = t == DType.BOOL
                ? scatter(indices, updates.cast(DType.INT32), x.shape()).cast(DType.BOOL)
                : scatter(indices, updates, x.shape());
        return counts.greater(0).select(put, x);
    }

    private static Value oneHot(Call c) {
        Value i = c.value(0);
        int depth = c.scalar(1), axis = c.integer("axis", -1);
        int at = axis < 0 ? axis + i.rank() + 1 : axis;
        Shape s = i.shape().insert(at, depth);
        Value hit = i.expandDims(at).equal(Value.iota(i.dtype(), s, at));
        return hit.select(c.value(2), c.value(3));
    }

    /** The coordinates, int64, of what holds: as many rows as the data has. */
    private static Value where(Call c, Value x) {
        Value flat = (x.dtype() == DType.BOOL ? x : x.notEqual(0)).reshape(-1);
        int n = c.tracer().ints(flat.cast(DType.INT32).sum(false))[0];
        Value places = flat.cast(DType.INT32).argSort(0, true).slice(0, 0, n);
        int[] strides = x.shape().strides();
        List<Value> columns = new ArrayList<>();
        for (int i = 0; i < x.rank(); i++) {
            columns.add(places.binary(io.argali.runtime.op.BinaryFunction.FLOOR_DIVIDE, strides[i])
                    .binary(
                            io.argali.runtime.op.BinaryFunction.MODULO,
                            x.shape().dim(i)));
        }
        return Value.stack(1, columns).cast(DType.INT64);
    }

    /** In the order of first appearance. */
    private static List<Value> unique(Call c) {
        Value x = c.value(0);
        if (x.rank() != 1) throw new ShapeException("of " + x.type() + " is not supported, a vector is");
        if (x.dtype() == DType.STRING) throw new ShapeException("of text is not supported");
        int n = x.shape().dim(0);
        Value equal = x.expandDims(0).equal(x.expandDims(1));
        // The first place with the same value.
        Value first = equal.cast(DType.INT32).argMax(1);
        Value isFirst = first.equal(Value.iota(DType.INT32, Shape.of(n), 0));
        int count = c.tracer().ints(isFirst.cast(DType.INT32).sum(false))[0];
        Value places = isFirst.cast(DType.INT32).argSort(0, true).slice(0, 0, count);
        Value hits = first.expandDims(1).equal(places.expandDims(0));
        DType type = c.type("out_idx", DType.INT32);
        Value number = hits.cast(DType.INT32).argMax(1);
        return List.of(
                x.gather(places, 0),
                number.cast(type),
                hits.cast(DType.INT32).sum(false, 0).cast(type));
    }

    static int[] range(int from, int to) {
        int[] r = new int[to - from];
        Arrays.setAll(r, i -> from + i);
        return r;
    }
}
