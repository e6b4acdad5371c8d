package io.argali.converters.savedmodel;

import io.argali.loader.ModelFormatException;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/** Sets and sequences, which the last axis of dense or sparse tensors holds: one for each place of the others, its group. */
final class SetOps {
    private SetOps() {}

    static void add(OpTable t) {
        List<String> results = List.of("result_indices", "result_values", "result_shape");
        t.many("DenseToDenseSetOperation", results, c -> operation(c, 1, 1));
        t.many("DenseToSparseSetOperation", results, c -> operation(c, 1, 3));
        t.many("SparseToSparseSetOperation", results, c -> operation(c, 3, 3));
        t.one("SetSize", SetOps::size);
        t.one("EditDistance", SetOps::editDistance);
    }

    /** The elements of each group, in their order, by the number of the group. */
    private static Map<Integer, List<Object>> groups(List<Tensor> set, Shape shape) {
        Map<Integer, List<Object>> r = new TreeMap<>();
        Object[] values = elements(set.size() == 1 ? set.get(0) : set.get(1));
        int rank = shape.rank(), last = shape.last();
        long[] indices = set.size() == 1 ? new long[0] : set.get(0).toLongArray();
        for (int i = 0; i < values.length; i++) {
            int group = 0;
            if (set.size() == 1) group = i / last;
            else for (int k = 0; k < rank - 1; k++) group = group * shape.dim(k) + (int) indices[i * rank + k];
            r.computeIfAbsent(group, g -> new ArrayList<>()).add(values[i]);
        }
        return r;
    }

    private static Object[] elements(Tensor t) {
        if (t.dtype() == DType.STRING) return t.strings();
        return Arrays.stream(t.toLongArray()).boxed().toArray();
    }

    private static Tensor tensor(List<Object> elements, DType type) {
        int n = elements.size();
        if (type == DType.STRING) return Tensor.wrap(type, Shape.of(n), elements.toArray(new String[0]));
        return Tensor.of(elements.stream().mapToLong(v -> (Long) v).toArray(), n)
                .cast(type);
    }

    private static Shape shape(Call c, int first, int parts) {
        return parts == 1 ? c.value(first).shape() : ShapeOps.shape(c.ints(first + 2));
    }

    private static List<Value> operation(Call c, int partsOfA, int partsOfB) {
        Shape a = shape(c, 0, partsOfA), b = shape(c, partsOfA, partsOfB);
        int rank = a.rank();
        if (!a.slice(0, rank - 1).equals(b.slice(0, b.rank() - 1)))
            throw new ModelFormatException("has sets of shapes " + a + " and " + b);
        DType type = c.type("T");
        String operation = c.text("set_operation", "");
        List<TensorType> types = List.of(
                TensorType.of(DType.INT64, Shape.UNKNOWN, rank),
                TensorType.of(type, Shape.UNKNOWN),
                TensorType.of(DType.INT64, rank));
        List<Value> inputs = new ArrayList<>(c.values(0, Math.min(2, partsOfA)));
        inputs.addAll(c.values(partsOfA, partsOfA + Math.min(2, partsOfB)));
        return HostFunction.measured(c, types, inputs, in -> {
            int split = Math.min(2, partsOfA);
            Map<Integer, List<Object>> left = groups(in.subList(0, split), a),
                    right = groups(in.subList(split, in.size()), b);
            List<Long> places = new ArrayList<>();
            List<Object> values = new ArrayList<>();
            int largest = 0;
            Shape outer = a.slice(0, rank - 1);
            for (int g = 0; g < outer.size(); g++) {
                TreeSet<Object> set = of(operation, left.getOrDefault(g, List.of()), right.getOrDefault(g, List.of()));
                int k = 0;
                for (Object v : set) {
                    for (int d : place(g, outer)) places.add((long) d);
                    places.add((long) k++);
                    values.add(v);
                }
                largest = Math.max(largest, set.size());
            }
            long[] size = new long[rank];
            for (int i = 0; i < rank - 1; i++) size[i] = a.dim(i);
            size[rank - 1] = largest;
            return List.of(
                    Tensor.of(places.stream().mapToLong(v -> v).toArray(), values.size(), rank),
                    tensor(values, type),
                    Tensor.of(size, rank));
        });
    }

    private static TreeSet<Object> of(String operation, List<Object> a, List<Object> b) {
        TreeSet<Object> r = new TreeSet<>(operation.equals("b-a") ? b : a);
        switch (operation) {
            case "union" -> r.addAll(b);
            case "intersection" -> r.retainAll(new HashSet<>(b));
            case "a-b" -> r.removeAll(new HashSet<>(b));
            case "b-a" -> r.removeAll(new HashSet<>(a));
            default -> throw new ModelFormatException("has the set operation " + operation);
        }
        return r;
    }

    private static int[] place(int group, Shape outer) {
        int[] r = new int[outer.rank()];
        int left = group;
        for (int k = r.length - 1; k >= 0; k--) {
            r[k] = left % outer.dim(k);
            left /= outer.dim(k);
        }
        return r;
    }

    private static Value size(Call c) {
        Shape shape = shape(c, 0, 3), outer = shape.slice(0, shape.rank() - 1);
        return HostFunction.of(c, DType.INT32, outer, c.values(0, 2), in -> {
            int[] r = new int[outer.size()];
            groups(in, shape).forEach((g, elements) -> r[g] = new HashSet<>(elements).size());
            return List.of(Tensor.wrap(DType.INT32, outer, r));
        });
    }

    /** Inputs: indices, values and shape of the hypotheses, then of the truths. */
    private static Value editDistance(Call c) {
        Shape a = shape(c, 0, 3), b = shape(c, 3, 3);
        int rank = a.rank();
        int[] d = new int[rank - 1];
        for (int i = 0; i < d.length; i++) d[i] = Math.max(a.dim(i), b.dim(i));
        Shape outer = Shape.of(d);
        boolean normalized = c.flag("normalize", true);
        List<Value> inputs = List.of(c.value(0), c.value(1), c.value(3), c.value(4));
        return HostFunction.of(c, DType.FLOAT32, outer, inputs, in -> {
            Map<Integer, List<Object>> said = groups(in.subList(0, 2), outer.append(1)),
                    truth = groups(in.subList(2, 4), outer.append(1));
            float[] r = new float[outer.size()];
            for (int g = 0; g < r.length; g++) {
                List<Object> t = truth.getOrDefault(g, List.of());
                float edits = distance(said.getOrDefault(g, List.of()), t);
                r[g] = !normalized || edits == 0 ? edits : edits / t.size();
            }
            return List.of(Tensor.wrap(DType.FLOAT32, outer, r));
        });
    }

    /** Levenshtein's. */
    private static int distance(List<Object> a, List<Object> b) {
        int[] row = new int[b.size() + 1];
        for (int j = 0; j < row.length; j++) row[j] = j;
        for (int i = 1; i <= a.size(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int same = diagonal + (Objects.equals(a.get(i - 1), b.get(j - 1)) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(same, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.size()];
    }
}
