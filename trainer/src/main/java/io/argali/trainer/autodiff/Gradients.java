package io.argali.trainer.autodiff;

import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.GradientRule;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.ReduceFunction;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.special.SpecialFunction;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The gradient of each operation, a formula a row. {@code dy} is the gradient of the loss by the operation's result; a row gives those by the
 * operation's inputs, null where there is none. Broadcasting is undone by {@link Backprop}, once for all. Where a function has a corner, the
 * rows do as TensorFlow does, since Keras' numbers are its.
 */
final class Gradients {
    private Gradients() {}

    /** The gradients by the inputs of a node with one result. */
    static List<@Nullable Value> of(Node n, Value dy) {
        return switch (n.op()) {
            case Op.Unary u -> one(unary(u.function(), n.input(0), n.output(0), dy));
            case Op.Binary b -> binary(b.function(), n.input(0), n.input(1), n.output(0), dy);
            case Op.Select s ->
                Arrays.asList(null, n.input(0).select(dy, 0), n.input(0).select(0, dy));
            case Op.Cast c ->
                one(
                        n.input(0).dtype().isFloating() && c.dtype().isFloating()
                                ? dy.cast(n.input(0).dtype())
                                : null);
            case Op.Movement m -> movement(m, n, dy);
            case Op.Reduction r -> one(reduction(r, n, dy));
            case Op.Contraction c -> contraction(c, n, dy);
            case Op.Indexing i -> indexing(i, n, dy);
            case Op.Leaf l -> Collections.nCopies(n.inputs().size(), null);
            case Op.Control c ->
                throw new IllegalArgumentException("no gradient flows through "
                        + n.op().getClass().getSimpleName() + " of layer \"" + n.origin() + "\"");
            case Op.Custom c when c.function() instanceof GradientRule r -> r.gradients(n.inputs(), dy);
            case Op.Custom c
            when c.function() instanceof SpecialFunction f && f != SpecialFunction.LOWER_GAMMA_BY_A ->
                SpecialGradients.of(f, n.inputs(), n.output(0), dy);
            case Op.Custom c ->
                throw new IllegalArgumentException(
                        "no gradient flows through " + c.function().name() + " of layer \"" + n.origin() + "\"");
        };
    }

    private static List<@Nullable Value> one(@Nullable Value v) {
        return Collections.singletonList(v);
    }

    private static @Nullable Value unary(UnaryFunction f, Value x, Value y, Value dy) {
        return switch (f) {
            case NEGATE -> dy.negate();
            case ABS -> dy.multiply(x.unary(UnaryFunction.SIGN));
            case RECIPROCAL -> dy.multiply(y.square()).negate();
            case SQUARE -> dy.multiply(x).multiply(2);
            // The slope at 0 is infinite; where nothing is asked of it, nothing flows, as in TensorFlow.
            case SQRT -> dy.equal(0).select(0, dy.multiply(0.5).divide(y));
            case RSQRT ->
                dy.equal(0).select(0, dy.multiply(y).multiply(y.square()).multiply(-0.5));
            case EXP -> dy.multiply(y);
            case EXPM1 -> dy.multiply(y.add(1));
            case LOG -> dy.divide(x);
            case LOG1P -> dy.divide(x.add(1));
            case SIN -> dy.multiply(x.unary(UnaryFunction.COS));
            case COS -> dy.multiply(x.unary(UnaryFunction.SIN)).negate();
            case TAN -> dy.multiply(y.square().add(1));
            case ASIN -> dy.multiply(x.square().subtractFrom(1).rsqrt());
            case ACOS -> dy.multiply(x.square().subtractFrom(1).rsqrt()).negate();
            case ATAN -> dy.divide(x.square().add(1));
            case SINH -> dy.multiply(x.unary(UnaryFunction.COSH));
            case COSH -> dy.multiply(x.unary(UnaryFunction.SINH));
            case TANH -> dy.multiply(y.square().subtractFrom(1));
            case ASINH -> dy.multiply(x.square().add(1).rsqrt());
            case ACOSH -> dy.multiply(x.square().subtract(1).rsqrt());
            case ATANH -> dy.divide(x.square().subtractFrom(1));
            case SIGMOID -> dy.multiply(y).multiply(y.subtractFrom(1));
            case RELU -> y.greater(0).select(dy, 0);
            case SOFTPLUS -> dy.multiply(x.sigmoid());
            case ERF -> dy.multiply(x.square().negate().exp()).multiply(2 / Math.sqrt(Math.PI));
            case ERF_INVERSE -> dy.multiply(y.square().exp()).multiply(Math.sqrt(Math.PI) / 2);
            case SIGN, FLOOR, CEIL, ROUND, TRUNCATE, NOT, BITWISE_NOT, IS_NAN, IS_INFINITE, IS_FINITE -> null;
        };
    }

    private static List<@Nullable Value> binary(BinaryFunction f, Value a, Value b, Value y, Value dy) {
        return switch (f) {
            case ADD -> List.of(dy, dy);
            case SUBTRACT -> List.of(dy, dy.negate());
            case MULTIPLY -> List.of(dy.multiply(b), dy.multiply(a));
            case DIVIDE -> List.of(dy.divide(b), dy.multiply(y).divide(b).negate());
            case POWER -> {
                Value da = dy.multiply(b).multiply(a.binary(BinaryFunction.POWER, b.subtract(1)));
                // The logarithm of what is not positive is not asked for.
                Value log = a.greater(0).select(a.greater(0).select(a, 1).log(), 0);
                yield List.of(da, dy.multiply(y).multiply(log));
            }
            // Equal arguments: TensorFlow gives the whole gradient to the first.
            case MAXIMUM ->
                List.of(a.greaterEqual(b).select(dy, 0), a.greaterEqual(b).select(0, dy));
            case MINIMUM -> List.of(a.lessEqual(b).select(dy, 0), a.lessEqual(b).select(0, dy));
            case ATAN2 -> {
                Value scaled = dy.divide(a.square().add(b.square()));
                yield List.of(scaled.multiply(b), scaled.multiply(a).negate());
            }
            case MODULO ->
                List.of(
                        dy,
                        dy.multiply(a.binary(BinaryFunction.FLOOR_DIVIDE, b)).negate());
            case FLOOR_DIVIDE,
                    EQUAL,
                    NOT_EQUAL,
                    LESS,
                    LESS_EQUAL,
                    GREATER,
                    GREATER_EQUAL,
                    AND,
                    OR,
                    XOR,
                    BITWISE_AND,
                    BITWISE_OR,
                    BITWISE_XOR,
                    SHIFT_LEFT,
                    SHIFT_RIGHT -> Arrays.asList(null, null);
        };
    }

    private static List<@Nullable Value> movement(Op.Movement m, Node n, Value dy) {
        Shape x = n.input(0).shape();
        return switch (m) {
            case Op.Reshape r -> one(dy.reshape(x));
            case Op.Transpose t -> one(dy.transpose(t.inverse()));
            case Op.Broadcast b -> one(dy); // Backprop sums what was repeated
            case Op.Slice s -> one(unslice(s, x, dy));
            case Op.Pad p -> one(unpad(p, x, dy));
            case Op.Concat c -> {
                List<@Nullable Value> parts = new ArrayList<>();
                int at = 0;
                for (Value v : n.inputs()) {
                    int k = v.shape().dim(c.axis());
                    parts.add(dy.slice(c.axis(), at, at + k));
                    at += k;
                }
                yield parts;
            }
            case Op.Reverse r ->
                one(dy.reverse(r.axes().stream().mapToInt(a -> a).toArray()));
        };
    }

    private static Value unslice(Op.Slice s, Shape x, Value dy) {
        List<Integer> low = new ArrayList<>(), high = new ArrayList<>(), interior = new ArrayList<>();
        for (int i = 0; i < x.rank(); i++) {
            int k = s.sizes().dim(i), span = k == 0 ? 0 : (k - 1) * s.strides().get(i) + 1;
            low.add(k == 0 ? 0 : s.starts().get(i));
            high.add(x.dim(i) - low.get(i) - span);
            interior.add(s.strides().get(i) - 1);
        }
        return Node.of(new Op.Pad(List.copyOf(low), List.copyOf(high), List.copyOf(interior), 0), List.of(dy))
                .output(0);
    }

    private static Value unpad(Op.Pad p, Shape x, Value dy) {
        List<Integer> strides = p.interior().stream().map(i -> i + 1).toList();
        return Node.of(new Op.Slice(p.low(), x, strides), List.of(dy)).output(0);
    }

    private static @Nullable Value reduction(Op.Reduction op, Node n, Value dy) {
        Value x = n.input(0);
        return switch (op) {
            case Op.Reduce r -> {
                Value y = keep(r, x.shape(), n.output(0)), d = keep(r, x.shape(), dy);
                yield switch (r.function()) {
                    case SUM -> d.broadcastTo(x.shape());
                    // Equal greatest elements share the gradient.
                    case MAX, MIN -> {
                        Value hit = x.equal(y).cast(dy.dtype());
                        yield hit.multiply(d.divide(hit.sum(true, ints(r.axes()))));
                    }
                    case PRODUCT -> productOfOthers(r, x).multiply(d);
                    case ANY, ALL -> null;
                };
            }
            case Op.Cumulative c ->
                switch (c.function()) {
                    case SUM -> dy.cumulative(ReduceFunction.SUM, c.axis(), c.exclusive(), !c.reverse());
                    case PRODUCT ->
                        n.output(0)
                                .multiply(dy)
                                .cumulative(ReduceFunction.SUM, c.axis(), c.exclusive(), !c.reverse())
                                .divide(x);
                    default ->
                        throw new IllegalArgumentException("no gradient flows through a running " + c.function());
                };
            case Op.ArgReduce a -> null;
            case Op.ArgSort a -> null;
        };
    }

    /** For each element, the product of the others along the axes: exact where one is zero. */
    private static Value productOfOthers(Op.Reduce r, Value x) {
        int[] axes = ints(r.axes());
        List<Integer> rest = IntStream.range(0, x.rank())
                .filter(i -> !r.axes().contains(i))
                .boxed()
                .toList();
        List<Integer> order = new ArrayList<>(rest);
        order.addAll(r.axes());
        Value moved = x.transpose(order);
        int outer = rest.stream().mapToInt(i -> x.shape().dim(i)).reduce(1, (a, b) -> a * b);
        Value rows = moved.reshape(
                outer, Arrays.stream(axes).map(i -> x.shape().dim(i)).reduce(1, (a, b) -> a * b));
        Value others = rows.cumulative(ReduceFunction.PRODUCT, 1, true, false)
                .multiply(rows.cumulative(ReduceFunction.PRODUCT, 1, true, true));
        Integer[] inverse = new Integer[order.size()];
        for (int i = 0; i < inverse.length; i++) inverse[order.get(i)] = i;
        return others.reshape(moved.shape()).transpose(List.of(inverse));
    }

    /** The folded axes put back with length 1. */
    private static Value keep(Op.Reduce r, Shape x, Value v) {
        Shape kept = x;
        for (int a : r.axes()) kept = kept.with(a, 1);
        return v.reshape(kept);
    }

    private static int[] ints(List<Integer> list) {
        return list.stream().mapToInt(i -> i).toArray();
    }

    private static List<@Nullable Value> contraction(Op.Contraction op, Node n, Value dy) {
        Value a = n.input(0), b = n.inputs().size() > 1 ? n.input(1) : a;
        return switch (op) {
            case Op.MatMul m -> {
                Value da = m.transposeA() ? b.matMul(dy, m.transposeB(), true) : dy.matMul(b, false, !m.transposeB());
                boolean flat = b.rank() == 2 && !m.transposeA();
                Value db;
                if (m.transposeB()) db = m.transposeA() ? dy.matMul(a, true, true) : transposedProduct(dy, a, flat);
                else db = m.transposeA() ? a.matMul(dy, false, false) : transposedProduct(a, dy, flat);
                yield List.of(da, db);
            }
            case Op.Conv c ->
                List.of(
                        apply(new Op.ConvInputGradient(c.window(), c.groups(), a.shape()), dy, b),
                        apply(new Op.ConvKernelGradient(c.window(), c.groups(), b.shape()), a, dy));
            case Op.ConvInputGradient c ->
                List.of(
                        apply(new Op.Conv(c.window(), c.groups()), dy, b),
                        apply(new Op.ConvKernelGradient(c.window(), c.groups(), b.shape()), dy, a));
            case Op.ConvKernelGradient c ->
                List.of(
                        apply(new Op.ConvInputGradient(c.window(), c.groups(), a.shape()), b, dy),
                        apply(new Op.Conv(c.window(), c.groups()), a, dy));
            case Op.Pool p -> one(apply(new Op.PoolGradient(p.max(), p.size(), p.window()), a, dy));
            case Op.PoolGradient p -> throw new IllegalArgumentException("no second gradient flows through a pooling");
        };
    }

    /** {@code aᵀ · b}; with one matrix for the whole batch, as one product over all rows. */
    private static Value transposedProduct(Value a, Value b, boolean flat) {
        return flat ? rows(a).matMul(rows(b), true, false) : a.matMul(b, true, false);
    }

    private static Value rows(Value v) {
        int k = v.shape().last();
        return v.reshape(Shape.of(k == 0 ? 0 : v.shape().size() / k, k));
    }

    private static Value apply(Op op, Value... inputs) {
        return Node.of(op, List.of(inputs)).output(0);
    }

    private static List<@Nullable Value> indexing(Op.Indexing op, Node n, Value dy) {
        return switch (op) {
            case Op.Gather g -> Arrays.asList(gather(g, n.input(0).shape(), n.input(1), dy), null);
            case Op.ScatterAdd s -> Arrays.asList(null, dy.gather(n.input(0), 0));
        };
    }

    /** Scatter-add along the axis; batch axes become one index over (batch × axis). */
    private static Value gather(Op.Gather g, Shape x, Value indices, Value dy) {
        int axis = g.axis(), batchDims = g.batchDims();
        int batch = x.size(0, batchDims),
                outer = x.size(batchDims, axis),
                n = x.dim(axis),
                inner = x.size(axis + 1, x.rank());
        int count = batch == 0 ? 0 : indices.shape().size() / batch;
        // dy is (batch, outer, count, inner): bring the index axis before outer.
        Value moved =
                dy.reshape(batch, outer, count, inner).transpose(0, 2, 1, 3).reshape(batch * count, outer * inner);
        Value flat = indices.reshape(batch, count);
        if (batch > 1)
            flat = flat.add(Value.iota(flat.dtype(), Shape.of(batch, 1), 0).multiply(n));
        Value sums = apply(new Op.ScatterAdd(Shape.of(batch * n, outer * inner)), flat.reshape(batch * count), moved);
        return sums.reshape(batch, n, outer, inner).transpose(0, 2, 1, 3).reshape(x);
    }

    /** Whether values of a type have gradients. */
    static boolean isDifferentiable(DType t) {
        return t.isFloating();
    }
}
