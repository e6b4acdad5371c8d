package io.argali.converters.savedmodel;

import io.argali.loader.ModelFormatException;
import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Constants, what is made of numbers alone, and the shapes of tensors, which are known when a graph is traced. */
final class ShapeOps {
    private static final int LARGEST = 1 << 28;

    private ShapeOps() {}

    static void add(OpTable t) {
        t.one("Const", ShapeOps::constant);
        t.one("HostConst", ShapeOps::constant);
        t.one("Placeholder", c -> {
            String asset = c.tracer().state().asset(c.path());
            if (asset == null) throw new ModelFormatException("the signature gives no value for it");
            return text(asset);
        });
        t.one("PlaceholderWithDefault", c -> c.value(0));
        for (String name :
                List.of("Identity", "IdentityN", "PreventGradient", "Snapshot", "EnsureShape", "CheckNumerics")) {
            t.items(name, c -> identity(name, c));
        }
        t.one("StopGradient", c -> io.argali.runtime.op.StopGradient.of(c.value(0)));
        t.one("Shape", c -> shapeOf(c.value(0), c.type("out_type", DType.INT32)));
        t.many(
                "ShapeN",
                List.of(),
                c -> c.values(0, c.count()).stream()
                        .map(v -> shapeOf(v, c.type("out_type", DType.INT32)))
                        .toList());
        t.one(
                "Size",
                c -> Value.scalar(
                        c.type("out_type", DType.INT32), c.value(0).shape().size()));
        t.one("Rank", c -> Value.scalar(DType.INT32, c.value(0).rank()));
        t.one("Fill", c -> c.value(1).broadcastTo(shape(c.ints(0))));
        t.one("Range", ShapeOps::range);
        t.one("LinSpace", ShapeOps::linSpace);
        t.one(
                "BroadcastArgs",
                c -> ints(
                        Shape.broadcast(shape(c.ints(0)), shape(c.ints(1))).toArray(),
                        c.value(0).dtype()));
        t.one(
                "InvertPermutation",
                c -> c.value(0).argSort(0, false).cast(c.value(0).dtype()));
        t.many("ConcatOffset", List.of(), ShapeOps::concatOffset);
    }

    private static Value constant(Call c) {
        String asset = c.tracer().state().asset(c.path());
        return asset == null ? Value.constant(c.tensor("value")) : text(asset);
    }

    private static Value text(String s) {
        return Value.constant(Tensor.wrap(DType.STRING, Shape.SCALAR, new String[] {s}));
    }

    private static List<Item> identity(String name, Call c) {
        return name.equals("IdentityN") ? c.inputs() : List.of(c.item(0));
    }

    static Value shapeOf(Value v, DType type) {
        return ints(v.shape().toArray(), type);
    }

    static Value ints(int[] n, DType type) {
        return Value.constant(Tensor.of(n, n.length).cast(type));
    }

    static Shape shape(int[] dims) {
        long n = 1;
        for (int d : dims) {
            if (d < 0) throw new ShapeException("an axis of length " + d + " makes no sense");
            n *= d;
            if (n > Integer.MAX_VALUE)
                throw new ShapeException("the shape " + java.util.Arrays.toString(dims) + " is too large");
        }
        return Shape.of(dims);
    }

    private static Value range(Call c) {
        Value start = c.value(0), step = c.value(2);
        Tensor a = c.constant(0), b = c.constant(1), d = c.constant(2);
        int n;
        if (a != null && b != null && d != null) {
            double length = Math.ceil((b.item() - a.item()) / d.item());
            if (!(length <= LARGEST)) throw new ShapeException("a range of " + length + " numbers is too long");
            n = (int) Math.max(0, length);
            if (start.dtype().isInteger()) {
                long[] r = new long[n];
                for (int i = 0; i < n; i++) r[i] = a.toLongArray()[0] + i * d.toLongArray()[0];
                return Value.constant(Tensor.of(r, n).cast(start.dtype()));
            }
        } else {
            Value length = c.value(1).subtract(start);
            if (start.dtype().isInteger())
                length = length.add(step.subtract(1)).binary(BinaryFunction.FLOOR_DIVIDE, step);
            else length = length.divide(step).unary(io.argali.runtime.op.UnaryFunction.CEIL);
            n = Math.max(0, c.tracer().ints(length.cast(DType.INT32))[0]);
        }
        return Value.iota(start.dtype(), Shape.of(n), 0).multiply(step).add(start);
    }

    private static Value linSpace(Call c) {
        int n = c.scalar(2);
        Value start = c.value(0), stop = c.value(1);
        if (n == 1) return start.reshape(1);
        Value step = stop.subtract(start).divide(n - 1);
        Value k = Value.iota(start.dtype(), Shape.of(n), 0);
        return k.equal(n - 1).select(stop, k.multiply(step).add(start));
    }

    private static List<Value> concatOffset(Call c) {
        int axis = c.scalar(0), at = 0;
        List<Value> r = new ArrayList<>();
        for (int i = 1; i < c.count(); i++) {
            int[] s = c.ints(i), offset = new int[s.length];
            int a = axis < 0 ? axis + s.length : axis;
            offset[a] = at;
            at += s[a];
            r.add(ints(offset, c.value(i).dtype()));
        }
        return r;
    }
}
