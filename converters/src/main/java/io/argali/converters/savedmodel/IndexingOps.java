package io.argali.converters.savedmodel;

import io.argali.runtime.layer.operation.Scatters;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Elements are picked or put by number. */
final class IndexingOps {
    private IndexingOps() {}

    static void add(OpTable t) {
        t.one("Gather", c -> gather(c.value(0), c.value(1), 0, 0));
        t.one("GatherV2", c -> gather(c.value(0), c.value(1), c.scalar(2), c.integer("batch_dims", 0)));
        t.one("GatherNd", c -> gatherNd(c.value(0), c.value(1)));
        t.one("ScatterNd", c -> Scatters.scatter(c.value(0), c.value(1), ShapeOps.shape(c.ints(2))));
        t.one(
                "TensorScatterAdd",
                c -> c.value(0)
                        .add(Scatters.scatter(c.value(1), c.value(2), c.value(0).shape())));
        t.one(
                "TensorScatterSub",
                c -> c.value(0)
                        .subtract(Scatters.scatter(
                                c.value(1), c.value(2), c.value(0).shape())));
        t.one("TensorScatterUpdate", c -> update(c.value(0), c.value(1), c.value(2)));
        t.one("TensorScatterMax", c -> Scatters.update(c.value(0), c.value(1), c.value(2), "max"));
        t.one("TensorScatterMin", c -> Scatters.update(c.value(0), c.value(1), c.value(2), "min"));
        t.many("ListDiff", List.of("out", "idx"), IndexingOps::difference);
        t.one("OneHot", IndexingOps::oneHot);
        t.one("Where", c -> where(c, c.value(0)));
        t.many("Unique", List.of("y", "idx"), c -> unique(c).subList(0, 2));
        for (String name : List.of("UniqueV2", "UniqueWithCountsV2")) {
            t.many(name, List.of("y", "idx", "count"), IndexingOps::unique);
        }
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

    /** Where an index comes twice, the last update stays. */
    private static Value update(Value x, Value indices, Value updates) {
        if (x.dtype() != DType.BOOL) return Scatters.update(x, indices, updates, "");
        return Scatters.update(x.cast(DType.INT32), indices, updates.cast(DType.INT32), "")
                .cast(DType.BOOL);
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
        if (c.node().getOp().contains("V2")) {
            int[] axis = c.ints(1);
            if (axis.length == 1 && (x.rank() > 1)) return uniqueRows(c, x, axis[0] < 0 ? axis[0] + x.rank() : axis[0]);
        }
        if (x.rank() != 1) throw new ShapeException("of " + x.type() + " is not supported, a vector is");
        if (x.dtype() == DType.STRING) return uniqueText(c, x);
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

    /** Slices that differ, in the order of first appearance. */
    private static List<Value> uniqueRows(Call c, Value x, int axis) {
        Value rows = x.moveAxis(axis, 0);
        int n = rows.shape().dim(0);
        Value flat = rows.reshape(n, rows.shape().size() / Math.max(1, n));
        return distinct(c, x, axis, flat, in -> {
            double[] all = in.toDoubleArray();
            int each = all.length / Math.max(1, n);
            List<Object> keys = new ArrayList<>();
            for (int i = 0; i < n; i++) {
                List<Double> row = new ArrayList<>();
                for (int k = 0; k < each; k++) row.add(all[i * each + k]);
                keys.add(row);
            }
            return keys;
        });
    }

    private static List<Value> uniqueText(Call c, Value x) {
        return distinct(c, x, 0, x, in -> List.of((Object[]) in.strings()));
    }

    /** Where each key comes first, which of those each one is, and how often. */
    private static List<Value> distinct(Call c, Value x, int axis, Value keyed, Function<Tensor, List<Object>> keys) {
        int n = x.shape().dim(axis);
        DType type = c.type("out_idx", DType.INT32);
        List<Value> r = HostFunction.measured(
                c,
                List.of(
                        TensorType.of(DType.INT32, Shape.UNKNOWN),
                        TensorType.of(type, n),
                        TensorType.of(type, Shape.UNKNOWN)),
                List.of(keyed),
                in -> {
                    Map<Object, Integer> numbers = new HashMap<>();
                    List<Integer> first = new ArrayList<>();
                    List<Object> all = keys.apply(in.get(0));
                    int[] number = new int[n], counts = new int[n];
                    for (int i = 0; i < n; i++) {
                        Integer known = numbers.putIfAbsent(all.get(i), first.size());
                        if (known == null) first.add(i);
                        number[i] = known == null ? first.size() - 1 : known;
                        counts[number[i]]++;
                    }
                    int[] places = first.stream().mapToInt(i -> i).toArray();
                    return List.of(
                            Tensor.of(places, places.length),
                            Tensor.of(number, n).cast(type),
                            Tensor.of(Arrays.copyOf(counts, places.length), places.length)
                                    .cast(type));
                });
        return List.of(x.gather(r.get(0), axis), r.get(1), r.get(2));
    }

    /** The elements of one vector that another lacks. */
    private static List<Value> difference(Call c) {
        Value x = c.value(0), y = c.value(1);
        Value missing =
                x.expandDims(1).equal(y.expandDims(0)).any(false, 1).not().cast(DType.INT32);
        int n = c.tracer().ints(missing.sum(false))[0];
        Value places = missing.argSort(0, true).slice(0, 0, n);
        return List.of(x.gather(places, 0), places.cast(c.type("out_idx", DType.INT32)));
    }

    static int[] range(int from, int to) {
        int[] r = new int[to - from];
        Arrays.setAll(r, i -> from + i);
        return r;
    }
}
