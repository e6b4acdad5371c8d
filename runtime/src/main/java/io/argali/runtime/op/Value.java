package io.argali.runtime.op;

import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One result of a {@link Node}, with the operations on it as fluent one-liners: {@code x.matMul(kernel).add(bias)}. Negative axes count from
 * the end, as in Keras. Numbers as arguments become constants of this value's type.
 */
public record Value(Node node, int index) {
    public TensorType type() {
        return node.types().get(index);
    }

    public DType dtype() {
        return type().dtype();
    }

    public Shape shape() {
        return type().shape();
    }

    public int rank() {
        return shape().rank();
    }

    private static Value apply(Op op, Value... inputs) {
        return Node.of(op, List.of(inputs)).output(0);
    }

    // Leaves

    public static Value parameter(String name, TensorType type) {
        return apply(new Op.Parameter(name, type));
    }

    public static Value variable(String path, TensorType type) {
        return apply(new Op.Variable(path, type));
    }

    public static Value constant(Tensor tensor) {
        return apply(new Op.Constant(tensor));
    }

    public static Value scalar(DType dtype, double value) {
        return constant(Tensor.scalar(dtype, value));
    }

    public static Value full(DType dtype, Shape shape, double value) {
        return scalar(dtype, value).broadcastTo(shape);
    }

    public static Value zeros(TensorType type) {
        return full(type.dtype(), type.shape(), 0);
    }

    public static Value iota(DType dtype, Shape shape, int axis) {
        return apply(new Op.Iota(new TensorType(dtype, shape), shape.axis(axis)));
    }

    /** A number as a scalar of this value's type. */
    public Value like(double value) {
        return scalar(dtype(), value);
    }

    // Elementwise

    public Value unary(UnaryFunction f) {
        return apply(new Op.Unary(f), this);
    }

    public Value binary(BinaryFunction f, Value other) {
        return apply(new Op.Binary(f), this, other);
    }

    public Value binary(BinaryFunction f, double other) {
        return binary(f, like(other));
    }

    public Value add(Value b) {
        return binary(BinaryFunction.ADD, b);
    }

    public Value add(double b) {
        return binary(BinaryFunction.ADD, b);
    }

    public Value subtract(Value b) {
        return binary(BinaryFunction.SUBTRACT, b);
    }

    public Value subtract(double b) {
        return binary(BinaryFunction.SUBTRACT, b);
    }

    /** {@code a - this}. */
    public Value subtractFrom(double a) {
        return like(a).subtract(this);
    }

    public Value multiply(Value b) {
        return binary(BinaryFunction.MULTIPLY, b);
    }

    public Value multiply(double b) {
        return binary(BinaryFunction.MULTIPLY, b);
    }

    public Value divide(Value b) {
        return binary(BinaryFunction.DIVIDE, b);
    }

    public Value divide(double b) {
        return binary(BinaryFunction.DIVIDE, b);
    }

    public Value power(double b) {
        return binary(BinaryFunction.POWER, b);
    }

    public Value maximum(Value b) {
        return binary(BinaryFunction.MAXIMUM, b);
    }

    public Value maximum(double b) {
        return binary(BinaryFunction.MAXIMUM, b);
    }

    public Value minimum(Value b) {
        return binary(BinaryFunction.MINIMUM, b);
    }

    public Value minimum(double b) {
        return binary(BinaryFunction.MINIMUM, b);
    }

    public Value equal(Value b) {
        return binary(BinaryFunction.EQUAL, b);
    }

    public Value equal(double b) {
        return binary(BinaryFunction.EQUAL, b);
    }

    public Value notEqual(Value b) {
        return binary(BinaryFunction.NOT_EQUAL, b);
    }

    public Value notEqual(double b) {
        return binary(BinaryFunction.NOT_EQUAL, b);
    }

    public Value less(Value b) {
        return binary(BinaryFunction.LESS, b);
    }

    public Value less(double b) {
        return binary(BinaryFunction.LESS, b);
    }

    public Value lessEqual(Value b) {
        return binary(BinaryFunction.LESS_EQUAL, b);
    }

    public Value lessEqual(double b) {
        return binary(BinaryFunction.LESS_EQUAL, b);
    }

    public Value greater(Value b) {
        return binary(BinaryFunction.GREATER, b);
    }

    public Value greater(double b) {
        return binary(BinaryFunction.GREATER, b);
    }

    public Value greaterEqual(Value b) {
        return binary(BinaryFunction.GREATER_EQUAL, b);
    }

    public Value greaterEqual(double b) {
        return binary(BinaryFunction.GREATER_EQUAL, b);
    }

    public Value and(Value b) {
        return binary(BinaryFunction.AND, b);
    }

    public Value or(Value b) {
        return binary(BinaryFunction.OR, b);
    }

    public Value not() {
        return unary(UnaryFunction.NOT);
    }

    public Value negate() {
        return unary(UnaryFunction.NEGATE);
    }

    public Value abs() {
        return unary(UnaryFunction.ABS);
    }

    public Value square() {
        return unary(UnaryFunction.SQUARE);
    }

    public Value sqrt() {
        return unary(UnaryFunction.SQRT);
    }

    public Value rsqrt() {
        return unary(UnaryFunction.RSQRT);
    }

    public Value exp() {
        return unary(UnaryFunction.EXP);
    }

    public Value log() {
        return unary(UnaryFunction.LOG);
    }

    public Value tanh() {
        return unary(UnaryFunction.TANH);
    }

    public Value sigmoid() {
        return unary(UnaryFunction.SIGMOID);
    }

    public Value relu() {
        return unary(UnaryFunction.RELU);
    }

    /** Elements where this bool value holds come from a, the others from b. */
    public Value select(Value a, Value b) {
        return apply(new Op.Select(), this, a, b);
    }

    public Value select(Value a, double b) {
        return select(a, a.like(b));
    }

    public Value select(double a, Value b) {
        return select(b.like(a), b);
    }

    public Value cast(DType to) {
        return to == dtype() ? this : apply(new Op.Cast(to), this);
    }

    // Movement

    public Value reshape(Shape shape) {
        return shape.equals(shape()) ? this : apply(new Op.Reshape(shape), this);
    }

    /** One length may be -1: whatever is left. */
    public Value reshape(int... dims) {
        int[] d = dims.clone();
        int hole = -1, known = 1;
        for (int i = 0; i < d.length; i++) {
            if (d[i] == -1) hole = i;
            else known *= d[i];
        }
        if (hole >= 0) d[hole] = known == 0 ? 0 : shape().size() / known;
        return reshape(Shape.of(d));
    }

    public Value expandDims(int axis) {
        return reshape(shape().insert(axis, 1));
    }

    /** Without an axis of length 1. */
    public Value squeeze(int axis) {
        return reshape(shape().without(axis));
    }

    public Value transpose(List<Integer> permutation) {
        boolean identity = IntStream.range(0, permutation.size()).allMatch(i -> permutation.get(i) == i);
        return identity ? this : apply(new Op.Transpose(List.copyOf(permutation)), this);
    }

    public Value transpose(int... permutation) {
        return transpose(Arrays.stream(permutation).boxed().toList());
    }

    /** With one axis moved to another place. */
    public Value moveAxis(int from, int to) {
        List<Integer> p = new ArrayList<>(IntStream.range(0, rank()).boxed().toList());
        int axis = shape().axis(from);
        p.removeIf(a -> a == axis);
        p.add(shape().axis(to), axis);
        return transpose(p);
    }

    public Value broadcastTo(Shape shape) {
        return shape.equals(shape()) ? this : apply(new Op.Broadcast(shape), this);
    }

    /** The elements {@code [from, to)} of an axis. */
    public Value slice(int axis, int from, int to) {
        return slice(axis, from, to, 1);
    }

    /** Every stride-th element of {@code [from, to)} of an axis. */
    public Value slice(int axis, int from, int to, int stride) {
        int a = shape().axis(axis);
        if (from == 0 && to == shape().dim(a) && stride == 1) return this;
        List<Integer> starts = new ArrayList<>(Collections.nCopies(rank(), 0));
        List<Integer> strides = new ArrayList<>(Collections.nCopies(rank(), 1));
        starts.set(a, from);
        strides.set(a, stride);
        int n = Math.max(0, (to - from + stride - 1) / stride);
        return apply(new Op.Slice(List.copyOf(starts), shape().with(a, n), List.copyOf(strides)), this);
    }

    /** One element of an axis, which disappears. */
    public Value at(int axis, int position) {
        int p = position < 0 ? position + shape().dim(axis) : position;
        return slice(axis, p, p + 1).squeeze(axis);
    }

    /** {@code parts} equal pieces of an axis. */
    public List<Value> split(int axis, int parts) {
        int n = shape().dim(axis) / parts;
        return IntStream.range(0, parts)
                .mapToObj(i -> slice(axis, i * n, (i + 1) * n))
                .toList();
    }

    public Value pad(List<Integer> low, List<Integer> high, double value) {
        boolean nothing = low.stream().allMatch(n -> n == 0) && high.stream().allMatch(n -> n == 0);
        return nothing
                ? this
                : apply(new Op.Pad(List.copyOf(low), List.copyOf(high), Collections.nCopies(rank(), 0), value), this);
    }

    /** Zeros before and after an axis. */
    public Value pad(int axis, int low, int high) {
        List<Integer> l = new ArrayList<>(Collections.nCopies(rank(), 0)), h = new ArrayList<>(l);
        l.set(shape().axis(axis), low);
        h.set(shape().axis(axis), high);
        return pad(l, h, 0);
    }

    public static Value concat(int axis, List<Value> values) {
        if (values.size() == 1) return values.get(0);
        return Node.of(new Op.Concat(values.get(0).shape().axis(axis)), values).output(0);
    }

    /** Values of one shape along a new axis. */
    public static Value stack(int axis, List<Value> values) {
        int a = axis < 0 ? axis + values.get(0).rank() + 1 : axis;
        return concat(a, values.stream().map(v -> v.expandDims(a)).toList());
    }

    public Value reverse(int... axes) {
        Op.Reverse reverse = new Op.Reverse(axes(axes));
        return node.op().equals(reverse) ? node.input(0) : apply(reverse, this); // twice is not at all
    }

    /** Each element of an axis n times in a row. */
    public Value repeat(int axis, int n) {
        int a = shape().axis(axis);
        Shape wide = shape().insert(a + 1, 1);
        return reshape(wide).broadcastTo(wide.with(a + 1, n)).reshape(shape().with(a, shape().dim(a) * n));
    }

    // Reduction

    /** Folds over the given axes, or over all if none is given. */
    public Value reduce(ReduceFunction f, boolean keepDims, int... axes) {
        List<Integer> a = axes.length == 0 ? IntStream.range(0, rank()).boxed().toList() : axes(axes);
        return a.isEmpty() ? this : apply(new Op.Reduce(f, a, keepDims), this);
    }

    public Value sum(boolean keepDims, int... axes) {
        return reduce(ReduceFunction.SUM, keepDims, axes);
    }

    public Value max(boolean keepDims, int... axes) {
        return reduce(ReduceFunction.MAX, keepDims, axes);
    }

    public Value min(boolean keepDims, int... axes) {
        return reduce(ReduceFunction.MIN, keepDims, axes);
    }

    /** The arithmetic mean; of a floating type. */
    public Value mean(boolean keepDims, int... axes) {
        Value sum = sum(keepDims, axes);
        return sum.divide((double) shape().size() / Math.max(1, sum.shape().size()));
    }

    /** The mean squared distance from the mean. */
    public Value variance(boolean keepDims, int... axes) {
        return subtract(mean(true, axes)).square().mean(keepDims, axes);
    }

    public Value any(boolean keepDims, int... axes) {
        return reduce(ReduceFunction.ANY, keepDims, axes);
    }

    public Value all(boolean keepDims, int... axes) {
        return reduce(ReduceFunction.ALL, keepDims, axes);
    }

    public Value argMax(int axis) {
        return apply(new Op.ArgReduce(true, shape().axis(axis)), this);
    }

    public Value argMin(int axis) {
        return apply(new Op.ArgReduce(false, shape().axis(axis)), this);
    }

    public Value cumulative(ReduceFunction f, int axis, boolean exclusive, boolean reverse) {
        return apply(new Op.Cumulative(f, shape().axis(axis), exclusive, reverse), this);
    }

    public Value argSort(int axis, boolean descending) {
        return apply(new Op.ArgSort(shape().axis(axis), descending), this);
    }

    // Contraction

    public Value matMul(Value b) {
        return matMul(b, false, false);
    }

    /** Arguments of one axis are taken as they come: (…, k) · (k, n). */
    public Value matMul(Value b, boolean transposeA, boolean transposeB) {
        return apply(new Op.MatMul(transposeA, transposeB), this, b);
    }

    public Value conv(Value kernel, Op.Window window, int groups) {
        return apply(new Op.Conv(window, groups), this, kernel);
    }

    /** The transposed convolution of this, seen as the result of a convolution of something of the given shape. */
    public Value convInputGradient(Value kernel, Op.Window window, int groups, Shape inputShape) {
        return apply(new Op.ConvInputGradient(window, groups, inputShape), this, kernel);
    }

    public Value pool(boolean max, List<Integer> size, Op.Window window) {
        return apply(new Op.Pool(max, size, window), this);
    }

    // Indexing

    public Value gather(Value indices, int axis) {
        return gather(indices, axis, 0);
    }

    public Value gather(Value indices, int axis, int batchDims) {
        return apply(new Op.Gather(shape().axis(axis), batchDims), this, indices);
    }

    private List<Integer> axes(int... axes) {
        return Arrays.stream(axes)
                .map(shape()::axis)
                .sorted()
                .distinct()
                .boxed()
                .toList();
    }

    @Override
    public String toString() {
        return type() + " from " + node;
    }
}
