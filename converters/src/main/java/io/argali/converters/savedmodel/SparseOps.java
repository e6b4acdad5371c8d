package io.argali.converters.savedmodel;

import io.argali.runtime.layer.operation.Scatters;
import io.argali.runtime.layer.preprocessing.StringHash;
import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.ReduceFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BinaryOperator;

/** Sparse tensors: the places of elements, int64 (n, rank), the elements (n), and the shape. */
final class SparseOps {
    private static final List<String> SPARSE = List.of("output_indices", "output_values", "output_shape");

    private SparseOps() {}

    static void add(OpTable t) {
        t.one("SparseToDense", SparseOps::dense);
        t.many("SparseReorder", SPARSE, c -> reordered(c.value(0), c.value(1), c.ints(2)));
        t.many("SparseReshape", List.of("output_indices", "output_shape"), SparseOps::reshape);
        t.many("SparseConcat", SPARSE, SparseOps::concat);
        t.many("SparseSlice", SPARSE, SparseOps::slice);
        t.one("SparseTensorDenseMatMul", SparseOps::product);
        t.one("SparseReduceSum", c -> reduce(c, ReduceFunction.SUM));
        t.one("SparseReduceMax", c -> reduce(c, ReduceFunction.MAX));
        t.many("SparseAdd", List.of("sum_indices", "sum_values", "sum_shape"), SparseOps::sum);
        t.one("SparseDenseCwiseMul", c -> withDense(c, Value::multiply));
        t.one("SparseDenseCwiseDiv", c -> withDense(c, Value::divide));
        t.one("SparseDenseCwiseAdd", c -> withDense(c, Value::add));
        t.one("SparseSoftmax", SparseOps::softmax);
        t.many(
                "SparseFillEmptyRows",
                List.of("output_indices", "output_values", "empty_row_indicator", "reverse_index_map"),
                SparseOps::fillEmptyRows);
        t.many("SparseCross", SPARSE, c -> cross(c, c.flag("hashed_output"), c.longInteger("num_buckets", 0)));
        t.many("SparseCrossHashed", SPARSE, c -> {
            if (c.count() < 3 || c.known(c.count() - 2).item() != 0)
                throw new ShapeException("with a strong hash is not supported");
            return cross(c, true, c.known(c.count() - 3).toLongArray()[0]);
        });
        t.many("DenseCountSparseOutput", SPARSE, SparseOps::count);
        t.one("SparseBincount", SparseOps::bincount);
    }

    /** The place of each element when the whole is written row by row. */
    private static Value places(Value indices, int[] shape) {
        ShapeOps.shape(shape);
        int[] strides = Shape.of(shape).strides();
        Value r = Value.zeros(indices.at(1, 0).type());
        for (int i = 0; i < shape.length; i++) r = r.add(indices.at(1, i).multiply(strides[i]));
        return r;
    }

    private static Value indicesOf(Value places, int[] shape) {
        int[] strides = Shape.of(shape).strides();
        List<Value> columns = new ArrayList<>();
        for (int i = 0; i < shape.length; i++) {
            columns.add(places.binary(BinaryFunction.FLOOR_DIVIDE, Math.max(1, strides[i]))
                    .binary(BinaryFunction.MODULO, Math.max(1, shape[i])));
        }
        return Value.stack(1, columns);
    }

    private static Value shape(int[] shape) {
        return ShapeOps.ints(shape, DType.INT64);
    }

    private static Value dense(Call c) {
        int[] shape = c.ints(1);
        Value indices = c.value(0), values = c.value(2), otherwise = c.value(3);
        if (indices.rank() < 2) indices = indices.reshape(indices.shape().size(), 1);
        int n = indices.shape().dim(0);
        Value all = otherwise.broadcastTo(ShapeOps.shape(shape)), given = values.broadcastTo(Shape.of(n));
        if (n == 0) return all;
        if (all.dtype() != DType.STRING) return Scatters.update(all, indices, given, "");
        Value at = places(indices, shape);
        return HostFunction.of(c, all.dtype(), all.shape(), List.of(all, at, given), in -> {
            String[] r = in.get(0).strings().clone(), put = in.get(2).strings();
            int[] to = in.get(1).toIntArray();
            for (int i = 0; i < to.length; i++) r[to[i]] = put[i];
            return List.of(Tensor.wrap(DType.STRING, all.shape(), r));
        });
    }

    private static List<Value> reordered(Value indices, Value values, int[] shape) {
        Value order = places(indices, shape).argSort(0, false);
        return List.of(indices.gather(order, 0), values.gather(order, 0), shape(shape));
    }

    private static List<Value> reshape(Call c) {
        int[] from = c.ints(1), to = c.ints(2).clone();
        int size = Arrays.stream(from).reduce(1, (a, b) -> a * b), known = 1;
        for (int n : to) if (n >= 0) known *= n;
        for (int i = 0; i < to.length; i++) if (to[i] < 0) to[i] = known == 0 ? 0 : size / known;
        return List.of(indicesOf(places(c.value(0), from), to), shape(to));
    }

    private static List<Value> concat(Call c) {
        int n = c.integer("N", 1), rank = c.value(2 * n).shape().dim(0);
        int axis = Math.floorMod(c.integer("concat_dim", 0), rank), at = 0;
        int[] whole = c.ints(2 * n).clone();
        List<Value> indices = new ArrayList<>(), values = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            int[] moved = new int[rank];
            moved[axis] = at;
            indices.add(c.value(i).add(shape(moved)));
            values.add(c.value(n + i));
            at += c.ints(2 * n + i)[axis];
        }
        whole[axis] = at;
        return reordered(Value.concat(0, indices), Value.concat(0, values), whole);
    }

    private static List<Value> slice(Call c) {
        int[] shape = c.ints(2), start = c.ints(3), size = c.ints(4), now = new int[shape.length];
        Value indices = c.value(0).subtract(shape(start)), inside = null;
        for (int i = 0; i < shape.length; i++) {
            now[i] = Math.max(0, Math.min(size[i], shape[i] - start[i]));
            Value column = indices.at(1, i), holds = column.greaterEqual(0).and(column.less(now[i]));
            inside = inside == null ? holds : inside.and(holds);
        }
        Value kept = kept(c, java.util.Objects.requireNonNull(inside));
        return List.of(indices.gather(kept, 0), c.value(1).gather(kept, 0), shape(now));
    }

    /** The places where a vector of flags holds. */
    private static Value kept(Call c, Value flags) {
        Value n = flags.cast(DType.INT32);
        return n.argSort(0, true).slice(0, 0, c.tracer().ints(n.sum(false))[0]);
    }

    private static Value product(Call c) {
        boolean flip = c.flag("adjoint_a");
        int[] shape = c.ints(2);
        Value b = c.flag("adjoint_b") ? c.value(3).moveAxis(0, 1) : c.value(3);
        Value row = c.value(0).at(1, flip ? 1 : 0), column = c.value(0).at(1, flip ? 0 : 1);
        Value each = b.gather(column, 0).multiply(c.value(1).expandDims(1));
        return Scatters.scatter(
                row.expandDims(1), each, Shape.of(shape[flip ? 1 : 0], b.shape().dim(1)));
    }

    private static Value reduce(Call c, ReduceFunction f) {
        int[] shape = c.ints(2), axes = c.axes(3, shape.length);
        Shape whole = ShapeOps.shape(shape);
        boolean keep = c.flag("keep_dims");
        Value dense = Scatters.scatter(c.value(0), c.value(1), whole);
        if (axes.length == 0) axes = IndexingOps.range(0, shape.length);
        if (f == ReduceFunction.SUM) return dense.sum(keep, axes);
        Value there = Scatters.scatter(
                        c.value(0), Value.full(DType.INT32, c.value(1).shape(), 1), whole)
                .greater(0);
        Value low = dense.subtract(
                        dense.max(true, IndexingOps.range(0, shape.length)).abs())
                .min(true, IndexingOps.range(0, shape.length))
                .subtract(1);
        return there.any(keep, axes).select(there.select(dense, low).max(keep, axes), 0);
    }

    private static List<Value> sum(Call c) {
        int[] shape = c.ints(2);
        DType type = c.value(1).dtype();
        if (!type.isFloating() && !type.isInteger())
            throw new ShapeException("of " + type.kerasName() + " is not supported");
        Value all = Value.concat(0, List.of(places(c.value(0), shape), places(c.value(3), shape)));
        Value given = Value.concat(0, List.of(c.value(1), c.value(4)));
        double least = Math.abs(c.known(6).item());
        List<Value> r = HostFunction.measured(
                c,
                List.of(TensorType.of(DType.INT64, Shape.UNKNOWN), TensorType.of(type, Shape.UNKNOWN)),
                List.of(all, given),
                in -> {
                    long[] at = in.get(0).toLongArray();
                    double[] x = in.get(1).toDoubleArray();
                    TreeMap<Long, Double> sums = new TreeMap<>();
                    for (int i = 0; i < at.length; i++) sums.merge(at[i], x[i], Double::sum);
                    sums.values().removeIf(v -> Math.abs(v) < least);
                    double[] values = sums.values().stream().mapToDouble(v -> v).toArray();
                    long[] places = sums.keySet().stream().mapToLong(v -> v).toArray();
                    return List.of(
                            Tensor.of(places, places.length),
                            Tensor.of(values, values.length).cast(type));
                });
        return List.of(indicesOf(r.get(0), shape), r.get(1), shape(shape));
    }

    /** The dense argument broadcasts to the sparse one. */
    private static Value withDense(Call c, BinaryOperator<Value> f) {
        Value dense = c.value(3).broadcastTo(ShapeOps.shape(c.ints(2)));
        return f.apply(c.value(1), IndexingOps.gatherNd(dense, c.value(0)));
    }

    /** Over the elements that are there, of each row. */
    private static Value softmax(Call c) {
        int[] shape = c.ints(2), rows = Arrays.copyOf(shape, shape.length - 1);
        int n = Arrays.stream(rows).reduce(1, (a, b) -> a * b);
        Value x = c.value(1),
                row = SegmentOps.quotient(places(c.value(0), shape), Math.max(1, shape[shape.length - 1]));
        Value shifted = x.subtract(x.max(true, 0)).exp();
        return shifted.divide(SegmentOps.sum(shifted, row, n).gather(row, 0));
    }

    private static List<Value> fillEmptyRows(Call c) {
        int[] shape = c.ints(2);
        int rows = shape[0], rank = shape.length, n = c.value(0).shape().dim(0);
        List<TensorType> types = List.of(
                TensorType.of(DType.INT64, Shape.UNKNOWN, rank),
                TensorType.of(DType.INT32, Shape.UNKNOWN),
                TensorType.of(DType.BOOL, rows),
                TensorType.of(DType.INT64, n));
        List<Value> r = HostFunction.measured(c, types, List.of(c.value(0)), in -> {
            long[] at = in.get(0).toLongArray(), moved = new long[n];
            byte[] empty = new byte[rows];
            List<long[]> indices = new ArrayList<>();
            List<Integer> from = new ArrayList<>();
            for (int row = 0; row < rows; row++) {
                empty[row] = 1;
                for (int i = 0; i < n; i++) {
                    if (at[i * rank] != row) continue;
                    empty[row] = 0;
                    moved[i] = indices.size();
                    indices.add(Arrays.copyOfRange(at, i * rank, (i + 1) * rank));
                    from.add(i);
                }
                if (empty[row] == 0) continue;
                long[] first = new long[rank];
                first[0] = row;
                indices.add(first);
                from.add(n);
            }
            long[] flat = indices.stream().flatMapToLong(Arrays::stream).toArray();
            return List.of(
                    Tensor.of(flat, indices.size(), rank),
                    Tensor.of(from.stream().mapToInt(i -> i).toArray(), from.size()),
                    Tensor.wrap(DType.BOOL, Shape.of(rows), empty),
                    Tensor.of(moved, n));
        });
        Value given = Value.concat(0, List.of(c.value(1), c.value(3).reshape(1)));
        return List.of(r.get(0), given.gather(r.get(1), 0), r.get(2), r.get(3));
    }

    // Crosses

    /** One argument of a cross: sparse, with the rows of its elements, or dense (rows, columns). */
    private record Feature(int rows, int values, int columns) {
        /** The elements of a row: strings or numbers. */
        List<Object> of(List<Tensor> in, int row) {
            List<Object> r = new ArrayList<>();
            Tensor x = in.get(values);
            if (rows < 0) {
                for (int i = 0; i < columns; i++) r.add(element(x, row * columns + i));
            } else {
                long[] at = in.get(rows).toLongArray();
                for (int i = 0; i < x.size(); i++) if (at[2 * i] == row) r.add(element(x, i));
            }
            return r;
        }

        private static Object element(Tensor x, int i) {
            return x.dtype() == DType.STRING ? (Object) x.strings()[i] : (Object) x.toLongArray()[i];
        }
    }

    /** Inputs: places of n sparse tensors, their values, their shapes, then dense ones. Each combination of a row's elements is an element. */
    private static List<Value> cross(Call c, boolean hashed, long buckets) {
        int sparse = c.integer("N", 0), dense = c.types("dense_types");
        int rows = sparse > 0 ? c.ints(2 * sparse)[0] : c.value(0).shape().dim(0);
        List<Value> inputs = new ArrayList<>();
        List<Feature> features = new ArrayList<>();
        for (int i = 0; i < sparse; i++) {
            features.add(new Feature(inputs.size(), inputs.size() + 1, 0));
            inputs.add(c.value(i));
            inputs.add(c.value(sparse + i));
        }
        for (int i = 0; i < dense; i++) {
            Value x = c.value(3 * sparse + i);
            features.add(new Feature(-1, inputs.size(), x.shape().dim(1)));
            inputs.add(x);
        }
        long key = c.longInteger("hash_key", io.argali.runtime.layer.preprocessing.HashedCrossing.Cross.KEY);
        DType type = hashed ? DType.INT64 : DType.STRING;
        List<Value> r = HostFunction.measured(
                c,
                List.of(
                        TensorType.of(DType.INT64, Shape.UNKNOWN, 2),
                        TensorType.of(type, Shape.UNKNOWN),
                        TensorType.of(DType.INT64, 2)),
                inputs,
                in -> crossed(in, features, rows, hashed, buckets, key));
        return r;
    }

    private static List<Tensor> crossed(
            List<Tensor> in, List<Feature> features, int rows, boolean hashed, long buckets, long key) {
        List<Long> indices = new ArrayList<>();
        List<Object> values = new ArrayList<>();
        long widest = 0;
        for (int row = 0; row < rows; row++) {
            List<Object> all = List.of(hashed ? (Object) key : "");
            boolean first = true;
            for (Feature f : features) {
                List<Object> longer = new ArrayList<>(), own = f.of(in, row);
                for (Object a : all) {
                    for (Object b : own) {
                        longer.add(
                                hashed
                                        ? StringHash.concatenated(
                                                (Long) a, b instanceof String s ? StringHash.fingerprint(s) : (Long) b)
                                        : first ? String.valueOf(b) : a + "_X_" + b);
                    }
                }
                all = longer;
                first = false;
            }
            for (int i = 0; i < all.size(); i++) {
                indices.add((long) row);
                indices.add((long) i);
                values.add(all.get(i));
            }
            widest = Math.max(widest, all.size());
        }
        int n = values.size();
        Tensor found = hashed
                ? Tensor.of(
                        values.stream()
                                .mapToLong(
                                        v -> Long.remainderUnsigned((Long) v, buckets == 0 ? Long.MAX_VALUE : buckets))
                                .toArray(),
                        n)
                : Tensor.of(values.toArray(new String[0]), n);
        return List.of(
                Tensor.of(indices.stream().mapToLong(i -> i).toArray(), n, 2),
                found,
                Tensor.of(new long[] {rows, widest}, 2));
    }

    // Counts

    /** How often each number comes in each row; those that do not come are left out. */
    private static List<Value> count(Call c) {
        Value x = c.value(0), weights = c.value(1);
        boolean weighted = weights.shape().size() > 0, binary = c.flag("binary_output");
        int rows = x.rank() == 2 ? x.shape().dim(0) : 1, each = x.shape().size() / Math.max(1, rows), rank = x.rank();
        int least = c.integer("minlength", -1), most = c.integer("maxlength", -1);
        DType type = weights.dtype();
        return HostFunction.measured(
                c,
                List.of(
                        TensorType.of(DType.INT64, Shape.UNKNOWN, rank),
                        TensorType.of(type, Shape.UNKNOWN),
                        TensorType.of(DType.INT64, rank)),
                List.of(x, weights),
                in -> {
                    long[] numbers = in.get(0).toLongArray();
                    double[] w = in.get(1).toDoubleArray();
                    List<Long> at = new ArrayList<>();
                    List<Double> sums = new ArrayList<>();
                    long width = Math.max(0, least);
                    for (int row = 0; row < rows; row++) {
                        TreeMap<Long, Double> found = new TreeMap<>();
                        for (int i = row * each; i < (row + 1) * each; i++) {
                            if (most >= 0 && numbers[i] >= most) continue;
                            found.merge(numbers[i], binary ? 1.0 : weighted ? w[i] : 1, (a, b) -> binary ? 1 : a + b);
                        }
                        for (var e : found.entrySet()) {
                            if (rank == 2) at.add((long) row);
                            at.add(e.getKey());
                            sums.add(e.getValue());
                            width = Math.max(width, e.getKey() + 1);
                        }
                    }
                    if (most >= 0) width = most;
                    double[] values = sums.stream().mapToDouble(v -> v).toArray();
                    return List.of(
                            Tensor.of(at.stream().mapToLong(v -> v).toArray(), sums.size(), rank),
                            Tensor.of(values, values.length).cast(type),
                            Tensor.of(rank == 2 ? new long[] {rows, width} : new long[] {width}, rank));
                });
    }

    private static Value bincount(Call c) {
        int[] shape = c.ints(2);
        Value numbers = c.value(1), weights = c.value(4);
        int size = c.scalar(3);
        Value each = weights.shape().size() == 0 ? Value.full(weights.dtype(), numbers.shape(), 1) : weights;
        if (shape.length == 1) return binary(c, SegmentOps.sum(each, numbers, size));
        Value row = c.value(0).at(1, 0);
        Value inside = numbers.greaterEqual(0).and(numbers.less(size));
        Value at = row.multiply(size).add(inside.select(numbers, 0).cast(row.dtype()));
        Value sums = SegmentOps.sum(inside.select(each, 0), at, shape[0] * size);
        return binary(c, sums.reshape(shape[0], size));
    }

    private static Value binary(Call c, Value sums) {
        return c.flag("binary_output") ? sums.greater(0).cast(sums.dtype()) : sums;
    }
}
