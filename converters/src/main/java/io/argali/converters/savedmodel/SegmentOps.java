package io.argali.converters.savedmodel;

import io.argali.runtime.layer.operation.Scatters;
import io.argali.runtime.layer.operation.SegmentFold;
import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.ReduceFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/** Rows that share a number are folded, set apart, or put together. */
final class SegmentOps {
    private SegmentOps() {}

    private interface Fold {
        Value of(Value x, Value ids, int segments);
    }

    static void add(OpTable t) {
        sorted(t, "SegmentSum", SegmentOps::sum);
        sorted(t, "SegmentMean", SegmentOps::mean);
        sorted(t, "SegmentMax", (x, ids, n) -> fold(ReduceFunction.MAX, true, x, ids, n));
        sorted(t, "SegmentMin", (x, ids, n) -> fold(ReduceFunction.MIN, true, x, ids, n));
        sorted(t, "SegmentProd", (x, ids, n) -> fold(ReduceFunction.PRODUCT, false, x, ids, n));
        unsorted(t, "Sum", SegmentOps::sum);
        unsorted(t, "Max", (x, ids, n) -> fold(ReduceFunction.MAX, false, x, ids, n));
        unsorted(t, "Min", (x, ids, n) -> fold(ReduceFunction.MIN, false, x, ids, n));
        unsorted(t, "Prod", (x, ids, n) -> fold(ReduceFunction.PRODUCT, false, x, ids, n));
        sparse(t, "Sum", SegmentOps::sum);
        sparse(t, "Mean", SegmentOps::mean);
        sparse(
                t,
                "SqrtN",
                (x, ids, n) -> sum(x, ids, n).divide(counts(x, ids, n).sqrt()));
        t.many("DynamicPartition", List.of(), SegmentOps::partition);
        for (String name : List.of("DynamicStitch", "ParallelDynamicStitch")) t.one(name, SegmentOps::stitch);
    }

    private static void sorted(OpTable t, String name, Fold f) {
        t.one(name, c -> f.of(c.value(0), c.value(1), afterLast(c, c.value(1))));
        t.one(name + "V2", c -> f.of(c.value(0), c.value(1), c.scalar(2)));
    }

    private static void unsorted(OpTable t, String name, Fold f) {
        t.one("UnsortedSegment" + name, c -> f.of(c.value(0), c.value(1), c.scalar(2)));
    }

    /** Rows picked by number first. */
    private static void sparse(OpTable t, String name, Fold f) {
        t.one(
                "SparseSegment" + name,
                c -> f.of(c.value(0).gather(c.value(1), 0), c.value(2), afterLast(c, c.value(2))));
        t.one(
                "SparseSegment" + name + "WithNumSegments",
                c -> f.of(c.value(0).gather(c.value(1), 0), c.value(2), c.scalar(3)));
    }

    private static int afterLast(Call c, Value ids) {
        return ids.shape().size() == 0 ? 0 : c.tracer().ints(ids.at(0, -1).add(1))[0];
    }

    static Value sum(Value x, Value ids, int segments) {
        int k = ids.rank(), n = ids.shape().size();
        Shape rest = x.shape().slice(k, x.rank());
        // Negative numbers belong to no segment.
        Value i = ids.reshape(n), valid = i.greaterEqual(0).and(i.less(segments));
        Value bucket = valid.select(i, segments).expandDims(1);
        return Scatters.scatter(bucket, x.reshape(rest.insert(0, n)), rest.insert(0, segments + 1))
                .slice(0, 0, segments);
    }

    /** How many rows each segment has, at least 1, of x's rank. */
    private static Value counts(Value x, Value ids, int segments) {
        int[] d = new int[x.rank() - ids.rank() + 1];
        java.util.Arrays.fill(d, 1);
        d[0] = segments;
        Value one = Value.full(x.dtype(), ids.shape(), 1);
        return sum(one, ids, segments).maximum(1).reshape(Shape.of(d));
    }

    private static Value mean(Value x, Value ids, int segments) {
        return sum(x, ids, segments).divide(counts(x, ids, segments));
    }

    private static Value fold(ReduceFunction f, boolean zeroWhereEmpty, Value x, Value ids, int segments) {
        int k = ids.rank(), n = ids.shape().size();
        Shape rest = x.shape().slice(k, x.rank());
        return new SegmentFold(f, segments, zeroWhereEmpty)
                .on(x.reshape(rest.insert(0, n)), ids.reshape(n).cast(DType.INT32))
                .get(0);
    }

    private static List<Value> partition(Call c) {
        Value x = c.value(0), numbers = c.value(1);
        int k = numbers.rank(), n = numbers.shape().size();
        Value rows = x.reshape(x.shape().slice(k, x.rank()).insert(0, n)), of = numbers.reshape(n);
        List<Value> r = new ArrayList<>();
        for (int i = 0; i < c.integer("num_partitions", 1); i++) {
            Value here = of.equal(i).cast(DType.INT32);
            int count = c.tracer().ints(here.sum(false))[0];
            r.add(rows.gather(here.argSort(0, true).slice(0, 0, count), 0));
        }
        return r;
    }

    /** Inputs: the numbers of rows, then the rows; of equal numbers the last counts. */
    private static Value stitch(Call c) {
        int parts = c.count() / 2;
        List<Value> numbers = new ArrayList<>(), rows = new ArrayList<>();
        Shape rest = Shape.SCALAR;
        for (int i = 0; i < parts; i++) {
            Value number = c.value(i), x = c.value(parts + i);
            int n = number.shape().size();
            rest = x.shape().slice(number.rank(), x.rank());
            numbers.add(number.reshape(n));
            rows.add(x.reshape(rest.insert(0, n)));
        }
        Value at = Value.concat(0, numbers), all = Value.concat(0, rows);
        if (at.shape().size() == 0) return all;
        int n = c.tracer().ints(at.max(false).add(1))[0];
        Tensor known = c.tracer().constants().find(at);
        // Integers that shapes are made of stay known.
        if (known == null)
            return Scatters.update(
                    Value.zeros(new TensorType(all.dtype(), rest.insert(0, n))), at.expandDims(1), all, "");
        int[] from = new int[n], to = known.toIntArray();
        for (int i = 0; i < to.length; i++) from[to[i]] = i;
        return all.gather(Value.constant(Tensor.of(from, n)), 0);
    }

    static Value quotient(Value a, double b) {
        return a.binary(BinaryFunction.FLOOR_DIVIDE, b);
    }
}
