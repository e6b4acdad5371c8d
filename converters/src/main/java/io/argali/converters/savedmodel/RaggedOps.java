package io.argali.converters.savedmodel;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/** Ragged tensors: where rows begin, level by level, and the elements of all rows. */
final class RaggedOps {
    private RaggedOps() {}

    static void add(OpTable t) {
        t.many(
                "RaggedTensorToSparse",
                List.of("sparse_indices", "sparse_values", "sparse_dense_shape"),
                RaggedOps::sparse);
        t.many("RaggedRange", List.of("rt_nested_splits", "rt_dense_values"), RaggedOps::range);
        t.many(
                "RaggedGather",
                List.of("output_nested_splits*OUTPUT_RAGGED_RANK", "output_dense_values"),
                RaggedOps::gather);
    }

    private static List<Value> sparse(Call c) {
        int levels = c.count() - 1;
        Value values = c.value(levels);
        if (values.rank() != 1) throw new ShapeException("of elements " + values.type() + " is not supported");
        int n = values.shape().dim(0);
        List<Value> r = HostFunction.of(
                c,
                List.of(TensorType.of(DType.INT64, n, levels + 1), TensorType.of(DType.INT64, levels + 1)),
                c.values(0, levels),
                in -> {
                    long[] at = new long[n * (levels + 1)], shape = new long[levels + 1];
                    shape[0] = in.get(0).size() - 1;
                    // From the rows outward: which row an element of a level is in, and its place there.
                    for (int i = 0; i < n; i++) {
                        long element = i;
                        for (int level = levels - 1; level >= 0; level--) {
                            long[] splits = in.get(level).toLongArray();
                            int row = 0;
                            while (splits[row + 1] <= element) row++;
                            at[i * (levels + 1) + level + 1] = element - splits[row];
                            element = row;
                        }
                        at[i * (levels + 1)] = element;
                    }
                    for (int level = 0; level < levels; level++) {
                        long[] splits = in.get(level).toLongArray();
                        for (int k = 1; k < splits.length; k++)
                            shape[level + 1] = Math.max(shape[level + 1], splits[k] - splits[k - 1]);
                    }
                    return List.of(Tensor.of(at, n, levels + 1), Tensor.of(shape, levels + 1));
                });
        return List.of(r.get(0), values, r.get(1));
    }

    private static List<Value> range(Call c) {
        Value starts = c.value(0), limits = c.value(1), steps = c.value(2);
        int rows = Math.max(
                starts.shape().size(),
                Math.max(limits.shape().size(), steps.shape().size()));
        for (Value v : List.of(starts, limits, steps)) if (v.shape().size() == 0) rows = 0;
        DType type = starts.dtype(), splitType = c.type("Tsplits", DType.INT64);
        int n = rows;
        return HostFunction.measured(
                c,
                List.of(TensorType.of(splitType, rows + 1), TensorType.of(type, Shape.UNKNOWN)),
                List.of(starts, limits, steps),
                in -> {
                    double[] a = in.get(0).toDoubleArray(),
                            b = in.get(1).toDoubleArray(),
                            d = in.get(2).toDoubleArray();
                    long[] splits = new long[n + 1];
                    List<Double> all = new ArrayList<>();
                    for (int i = 0; i < n; i++) {
                        double from = a[a.length == 1 ? 0 : i],
                                to = b[b.length == 1 ? 0 : i],
                                by = d[d.length == 1 ? 0 : i];
                        if (by == 0) throw new ShapeException("a step is 0");
                        long count = (long) Math.max(0, Math.ceil((to - from) / by));
                        if (count > 1 << 26) throw new ShapeException("a range of " + count + " numbers is too long");
                        for (long k = 0; k < count; k++) all.add(from + k * by);
                        splits[i + 1] = all.size();
                    }
                    double[] values = all.stream().mapToDouble(v -> v).toArray();
                    return List.of(
                            Tensor.of(splits, n + 1).cast(splitType),
                            Tensor.of(values, values.length).cast(type));
                });
    }

    /** Inputs: where the rows begin, level by level, the elements, the numbers of the rows that are picked. */
    private static List<Value> gather(Call c) {
        int levels = c.count() - 2;
        Value values = c.value(levels), picked = c.value(levels + 1);
        if (picked.rank() != 1) throw new ShapeException("by " + picked.type() + " is not supported");
        DType splitType = c.value(0).dtype();
        List<TensorType> types = new ArrayList<>();
        types.add(TensorType.of(splitType, picked.shape().dim(0) + 1));
        for (int i = 1; i < levels; i++) types.add(TensorType.of(splitType, Shape.UNKNOWN));
        types.add(TensorType.of(DType.INT64, Shape.UNKNOWN));
        List<Value> inputs = new ArrayList<>(c.values(0, levels));
        inputs.add(picked);
        List<Value> r = HostFunction.measured(c, types, inputs, in -> {
            List<Tensor> out = new ArrayList<>();
            long[] rows = in.get(levels).toLongArray();
            for (int level = 0; level < levels; level++) {
                long[] splits = in.get(level).toLongArray(), own = new long[rows.length + 1];
                List<Long> below = new ArrayList<>();
                for (int i = 0; i < rows.length; i++) {
                    int row = (int) rows[i];
                    if (row < 0 || row >= splits.length - 1)
                        throw new ShapeException("row " + row + " is not among " + (splits.length - 1));
                    for (long k = splits[row]; k < splits[row + 1]; k++) below.add(k);
                    own[i + 1] = below.size();
                }
                out.add(Tensor.of(own, own.length).cast(splitType));
                rows = below.stream().mapToLong(v -> v).toArray();
            }
            out.add(Tensor.of(rows, rows.length));
            return out;
        });
        List<Value> all = new ArrayList<>(r.subList(0, levels));
        all.add(values.gather(r.get(levels), 0));
        return all;
    }
}
