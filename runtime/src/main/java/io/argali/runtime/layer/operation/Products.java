package io.argali.runtime.layer.operation;

import io.argali.runtime.op.Einsum;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.BinaryOperator;
import java.util.stream.IntStream;

/** Sums of products: NumPy's matmul, dot, tensordot and their relatives. */
final class Products {
    private Products() {}

    /** Two arguments in their common type, multiplied in a floating type. */
    static Value inType(OperationArguments a, BinaryOperator<Value> f) {
        Value x = a.value(0, "x1"), y = a.value(1, "x2");
        DType result = Promotion.of(x.dtype(), y.dtype());
        DType compute = Promotion.floating(result);
        return f.apply(x.cast(compute), y.cast(compute)).cast(result);
    }

    static Value matMul(Value x, Value y) {
        boolean bytes = x.dtype() == DType.INT8 && y.dtype() == DType.INT8 && x.rank() != 1 && y.rank() != 1;
        DType result = bytes ? DType.INT32 : Promotion.of(x.dtype(), y.dtype());
        DType compute = bytes ? DType.INT32 : Promotion.floating(result);
        Value a = x.cast(compute), b = y.cast(compute);
        if (y.rank() == 1) return dot(a, b).cast(result);
        if (x.rank() == 1) return a.expandDims(0).matMul(b).squeeze(-2).cast(result);
        return a.matMul(b).cast(result);
    }

    /** Over the last axis of x and the last but one (or only) axis of y. */
    static Value dot(Value x, Value y) {
        if (x.rank() == 0 || y.rank() == 0) return x.multiply(y);
        return tensorDot(x, y, new int[] {x.rank() - 1}, new int[] {Math.max(0, y.rank() - 2)});
    }

    /** Over the last axes of both. */
    static Value inner(Value x, Value y) {
        if (x.rank() == 0 || y.rank() == 0) return x.multiply(y);
        return tensorDot(x, y, new int[] {x.rank() - 1}, new int[] {y.rank() - 1});
    }

    /** Over a number of neighbouring axes, or over pairs of axes. */
    static Value tensorDot(Value x, Value y, Object axes) {
        if (axes instanceof List<?> l) return tensorDot(x, y, axes(l.get(0), x), axes(l.get(1), y));
        int n = ((Number) axes).intValue();
        return tensorDot(
                x,
                y,
                IntStream.range(x.rank() - n, x.rank()).toArray(),
                IntStream.range(0, n).toArray());
    }

    private static int[] axes(Object given, Value x) {
        List<?> l = given instanceof List<?> list ? list : List.of(given);
        return l.stream().mapToInt(a -> x.shape().axis(((Number) a).intValue())).toArray();
    }

    private static Value tensorDot(Value x, Value y, int[] xAxes, int[] yAxes) {
        Shape left = others(x, xAxes), right = others(y, yAxes);
        int[] end = IntStream.range(x.rank() - xAxes.length, x.rank()).toArray(),
                start = IntStream.range(0, yAxes.length).toArray();
        int k = Arrays.stream(xAxes).map(x.shape()::dim).reduce(1, (a, b) -> a * b);
        Value a = NumpyOperations.moveAxes(x, xAxes, end).reshape(left.size(), k);
        Value b = NumpyOperations.moveAxes(y, yAxes, start).reshape(k, right.size());
        return a.matMul(b).reshape(left.append(right.toArray()));
    }

    private static Shape others(Value x, int[] axes) {
        return Shape.of(IntStream.range(0, x.rank())
                .filter(i -> Arrays.stream(axes).noneMatch(a -> a == i))
                .map(x.shape()::dim)
                .toArray());
    }

    static Value einsum(String subscripts, List<Value> operands) {
        DType result = Promotion.of(operands.stream().map(Value::dtype).toArray(DType[]::new));
        DType compute = Promotion.floating(result);
        boolean bytes = operands.stream().allMatch(v -> v.dtype() == DType.INT8);
        Value y = Einsum.of(
                subscripts,
                operands.stream()
                        .map(v -> v.cast(bytes ? DType.INT32 : compute))
                        .toArray(Value[]::new));
        return bytes ? y : y.cast(result);
    }

    static Value cross(OperationArguments a) {
        Value x = a.value(0, "x1"), y = a.value(1, "x2");
        DType t = Promotion.of(x.dtype(), y.dtype());
        Integer axis = a.integer("axis");
        Value u = x.cast(t).moveAxis(axis == null ? a.integer("axisa", -1) : axis, -1);
        Value v = y.cast(t).moveAxis(axis == null ? a.integer("axisb", -1) : axis, -1);
        boolean flat = u.shape().last() == 2 && v.shape().last() == 2;
        Value p = u.shape().last() == 2 ? u.pad(-1, 0, 1) : u, q = v.shape().last() == 2 ? v.pad(-1, 0, 1) : v;
        if (flat) return component(p, q, 2);
        Value c = Value.stack(-1, List.of(component(p, q, 0), component(p, q, 1), component(p, q, 2)));
        return c.moveAxis(-1, axis == null ? a.integer("axisc", -1) : axis);
    }

    private static Value component(Value p, Value q, int i) {
        int j = (i + 1) % 3, k = (i + 2) % 3;
        return p.at(-1, j).multiply(q.at(-1, k)).subtract(p.at(-1, k).multiply(q.at(-1, j)));
    }

    static Value kron(Value x, Value y) {
        int rank = Math.max(x.rank(), y.rank());
        Value a = x, b = y;
        while (a.rank() < rank) a = a.expandDims(0);
        while (b.rank() < rank) b = b.expandDims(0);
        int[] product = new int[rank];
        List<Integer> wideA = new ArrayList<>(), wideB = new ArrayList<>();
        for (int i = 0; i < rank; i++) {
            product[i] = a.shape().dim(i) * b.shape().dim(i);
            wideA.addAll(List.of(a.shape().dim(i), 1));
            wideB.addAll(List.of(1, b.shape().dim(i)));
        }
        return a.reshape(Shape.of(wideA)).multiply(b.reshape(Shape.of(wideB))).reshape(Shape.of(product));
    }

    /** Of two vectors. */
    static Value correlate(OperationArguments a) {
        Value x = a.value(0, "x1"), y = a.value(1, "x2");
        DType t = Table.wideFloating(Promotion.of(x.dtype(), y.dtype()));
        int n = x.shape().size(), m = y.shape().size();
        String mode = Objects.requireNonNullElse(a.text("mode"), "valid");
        int pad = mode.equals("valid") ? 0 : Math.max(0, m - 1);
        Op.Window window = new Op.Window(List.of(1), List.of(1), List.of(pad), List.of(pad));
        Value full = x.cast(t)
                .reshape(1, n, 1)
                .conv(y.cast(t).reshape(m, 1, 1), window, 1)
                .reshape(-1);
        if (!mode.equals("same")) return full;
        int length = Math.max(n, m), start = (n + m - 1 - length) / 2;
        return full.slice(0, start, start + length);
    }
}
