package io.argali.converters.savedmodel;

import io.argali.loader.ModelFormatException;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * TensorLists, the TensorArrays of graphs. Outside of loops they are lists of values; a loop that walks one becomes a scan over the tensor that
 * it was made of ({@link LoopTracer}).
 */
final class ListOps {
    private static final int LONGEST = 1 << 20;

    private ListOps() {}

    static void add(OpTable t) {
        arrays(t);
        t.items("TensorListReserve", c -> List.of(empty(c, c.scalar(1))));
        t.items("EmptyTensorList", c -> List.of(empty(c, 0)));
        t.items("TensorListFromTensor", c -> List.of(new Item.Rows(c.value(0))));
        t.items("TensorListSetItem", c -> List.of(set(c)));
        t.one("TensorListGetItem", ListOps::get);
        t.one("TensorListStack", c -> stack(c.item(0), elementShape(c, 1)));
        t.one("TensorListGather", c -> stack(c.item(0), elementShape(c, 2)).gather(c.value(1), 0));
        t.one("TensorListLength", c -> Value.scalar(DType.INT32, length(c.item(0))));
        t.one("TensorListElementShape", c -> ShapeOps.shapeOf(example(c.item(0)), c.type("shape_type", DType.INT32)));
        t.items("TensorListPushBack", c -> {
            List<@Nullable Value> values = new ArrayList<>(elements(c.item(0)).values());
            values.add(c.value(1));
            return List.of(new Item.Elements(
                    Collections.unmodifiableList(values),
                    c.value(1).dtype(),
                    c.value(1).shape()));
        });
        t.items("TensorListPopBack", List.of("output_handle", "tensor"), c -> {
            Item.Elements e = elements(c.item(0));
            if (e.values().isEmpty()) throw new ShapeException("the list is empty");
            List<@Nullable Value> rest = e.values().subList(0, e.values().size() - 1);
            Value last = e.values().getLast();
            return List.of(
                    new Item.Elements(rest, e.dtype(), e.elementShape()),
                    new Item.Dense(last == null ? zero(e) : last));
        });
        t.one("TensorListConcatV2", c -> {
            Value rows = stack(c.item(0), null);
            Shape s = rows.shape();
            return rows.reshape(s.slice(1, s.rank()).with(0, s.dim(0) * s.dim(1)));
        });
    }

    /** TensorFlow 1's: the flow from operation to operation is the list, the handle says nothing more. */
    private static void arrays(OpTable t) {
        t.items("TensorArrayV3", List.of("handle", "flow"), c -> {
            Shape shape = c.shape("element_shape");
            int n = length(c.scalar(0));
            return List.of(
                    new Item.Dense(Value.scalar(DType.INT32, 0)),
                    new Item.Elements(Collections.nCopies(n, null), c.type("dtype"), shape));
        });
        t.items("TensorArrayWriteV3", c -> List.of(set(c.with(List.of(c.item(3), c.item(1), c.item(2))))));
        t.one("TensorArrayReadV3", c -> get(c.with(List.of(c.item(2), c.item(1)))));
        t.one("TensorArrayGatherV3", c -> {
            Value all = stack(c.item(2), c.shape("element_shape"));
            return isRange(c.constant(1), all.shape().dim(0)) ? all : all.gather(c.value(1), 0);
        });
        t.items("TensorArrayScatterV3", c -> {
            Value rows = c.value(2);
            if (isRange(c.constant(1), rows.shape().dim(0))) return List.of(new Item.Rows(rows));
            int[] at = c.ints(1);
            List<@Nullable Value> values = new ArrayList<>(elements(c.item(3)).values());
            for (int i = 0; i < at.length; i++) values.set(at[i], rows.at(0, i));
            return List.of(new Item.Elements(values, rows.dtype(), rows.shape().without(0)));
        });
        t.one("TensorArraySizeV3", c -> Value.scalar(DType.INT32, length(c.item(1))));
        t.items("TensorArrayCloseV3", c -> List.of());
    }

    private static boolean isRange(@Nullable Tensor indices, int n) {
        if (indices == null || indices.size() != n) return false;
        int[] at = indices.toIntArray();
        for (int i = 0; i < n; i++) if (at[i] != i) return false;
        return true;
    }

    private static int length(int n) {
        if (n < 0 || n > LONGEST) throw new ShapeException("a list of " + n + " elements is too long");
        return n;
    }

    private static Item empty(Call c, int n) {
        return new Item.Elements(Collections.nCopies(length(n), null), c.type("element_dtype"), elementShape(c, 0));
    }

    /** A shape with -1 for what is not known; null for a rank that is not known. */
    private static @Nullable Shape elementShape(Call c, int input) {
        Tensor t = input < c.count() ? c.constant(input) : null;
        if (t == null || t.shape().rank() == 0) return null;
        int[] d = t.toIntArray();
        return Shape.of(d);
    }

    private static Item set(Call c) {
        Value index = c.value(1), value = c.value(2);
        boolean grows = c.flag("resize_if_index_out_of_bounds");
        if (c.item(0) instanceof Item.Carried list) return new Item.Set(list.variable(), index, value, grows);
        if (c.item(0) instanceof Item.Set)
            throw new ShapeException("a loop's step that sets two elements of one list is not supported");
        Tensor known = c.constant(1);
        if (known == null) {
            if (grows) throw new LoopTracer.GrowingList();
            return new Item.Rows(put(dense(c.item(0), value), index, value));
        }
        Item.Elements e = elements(c.item(0));
        List<@Nullable Value> values = new ArrayList<>(e.values());
        int i = (int) known.item();
        while (grows && i >= values.size() && i < LONGEST) values.add(null);
        if (i < 0 || i >= values.size())
            throw new ShapeException("index " + i + " is outside a list of " + values.size());
        values.set(i, value);
        return new Item.Elements(Collections.unmodifiableList(values), e.dtype(), e.elementShape());
    }

    /** A tensor with one row replaced, by a number that is known when it runs. */
    static Value put(Value rows, Value index, Value row) {
        int[] d = new int[rows.rank()];
        java.util.Arrays.fill(d, 1);
        d[0] = rows.shape().dim(0);
        Value here = Value.iota(DType.INT32, Shape.of(d), 0).equal(index.cast(DType.INT32));
        return here.select(row.expandDims(0), rows);
    }

    private static Value get(Call c) {
        Value index = c.value(1);
        return switch (c.item(0)) {
            case Item.Rows r -> {
                Tensor known = c.constant(1);
                if (known != null) yield r.tensor().at(0, (int) known.item());
                Value element = c.tracer().elementOf(r.tensor(), index);
                yield element != null ? element : r.tensor().gather(index, 0);
            }
            case Item.Elements e -> {
                Tensor known = c.constant(1);
                if (known == null) yield stack(e, elementShape(c, 2)).gather(index, 0);
                int i = (int) known.item();
                if (i < 0 || i >= e.values().size())
                    throw new ShapeException(
                            "index " + i + " is outside a list of " + e.values().size());
                Value v = e.values().get(i);
                yield v == null ? zero(e) : v;
            }
            case Item.Carried carried -> throw new LoopTracer.NeedsTensor(carried.variable());
            case Item.Set s -> throw new LoopTracer.NeedsTensor(s.variable());
            default -> throw new ModelFormatException("input 0 is no list");
        };
    }

    static int length(Item list) {
        return switch (list) {
            case Item.Elements e -> e.values().size();
            case Item.Rows r -> r.tensor().shape().dim(0);
            case Item.Carried c -> c.length();
            default -> throw new ShapeException("the length of this list is not known");
        };
    }

    private static Value zero(Item.Elements e) {
        for (Value v : e.values()) if (v != null) return Value.zeros(v.type());
        Shape s = e.elementShape();
        if (s == null || s.toList().contains(Shape.UNKNOWN))
            throw new ShapeException("the elements of a list that was never filled have no shape");
        return Value.full(e.dtype(), s, 0);
    }

    private static Value example(Item list) {
        return switch (list) {
            case Item.Rows r -> r.tensor().at(0, 0);
            case Item.Elements e -> zero(e);
            default -> throw new ShapeException("the elements' shape of this list is not known");
        };
    }

    static Item.Elements elements(Item list) {
        return switch (list) {
            case Item.Elements e -> e;
            case Item.Rows r -> {
                List<@Nullable Value> values = new ArrayList<>();
                for (int i = 0; i < r.tensor().shape().dim(0); i++)
                    values.add(r.tensor().at(0, i));
                yield new Item.Elements(
                        values, r.tensor().dtype(), r.tensor().shape().without(0));
            }
            default -> throw new ShapeException("a list of a loop is used in a way that is not supported");
        };
    }

    /** A list as a tensor of its elements; those that were never set are zero. */
    static Value stack(Item list, @Nullable Shape elementShape) {
        return switch (list) {
            case Item.Rows r -> r.tensor();
            case Item.Elements e -> {
                if (!e.values().isEmpty()) {
                    Item.Elements known =
                            e.elementShape() == null ? new Item.Elements(e.values(), e.dtype(), elementShape) : e;
                    List<Value> values = new ArrayList<>();
                    for (Value v : e.values()) values.add(v == null ? zero(known) : v);
                    yield Value.stack(0, values);
                }
                Shape s = elementShape != null ? elementShape : e.elementShape();
                if (s == null || s.toList().contains(Shape.UNKNOWN))
                    throw new ShapeException("the elements of an empty list have no shape");
                yield Value.full(e.dtype(), s.insert(0, 0), 0);
            }
            case Item.Carried c -> throw new LoopTracer.NeedsTensor(c.variable());
            case Item.Set s -> throw new LoopTracer.NeedsTensor(s.variable());
            default -> throw new ModelFormatException("is given no list");
        };
    }

    /** A list as a tensor, with rows like one that is known where none is. */
    static Value dense(Item list, Value example) {
        if (list instanceof Item.Elements e && e.values().stream().allMatch(v -> v == null)) {
            return Value.full(
                    example.dtype(), example.shape().insert(0, e.values().size()), 0);
        }
        return stack(list, example.shape());
    }
}
