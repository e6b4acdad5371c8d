package io.argali.runtime.layer.operation;

import io.argali.runtime.layer.Activations;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Quantiles over axes; positions are computed in float64, as in Keras (keras/src/backend/tensorflow/numpy.py, quantile). */
final class Quantiles {
    private Quantiles() {}

    /** The quantiles q (…); not-a-number where there is one. Result: (q's axes, the axes left) */
    static Value quantile(Value x, Value q, int @Nullable [] axes, String method, boolean keepDims) {
        Value rows = rows(x.cast(Promotion.floating(x.dtype())), axes);
        Value bad = NumpyOperations.isNaN(rows).any(true, -1);
        Value n = Value.scalar(DType.FLOAT64, rows.shape().last()).expandDims(0);
        Value r = bad.select(Double.NaN, at(sorted(rows), q, n, method));
        return arranged(x, r, q, axes, keepDims);
    }

    /** As {@link #quantile}, of the elements that are numbers. */
    static Value nanQuantile(Value x, Value q, int @Nullable [] axes, String method, boolean keepDims) {
        Value rows = rows(x.cast(Promotion.floating(x.dtype())), axes);
        Value bad = NumpyOperations.isNaN(rows);
        Value count = bad.not().cast(DType.FLOAT64).sum(true, -1);
        Value sorted = sorted(bad.select(Double.POSITIVE_INFINITY, rows));
        Value r = count.equal(0).select(Double.NaN, at(sorted, q, count.maximum(1), method));
        return arranged(x, r, q, axes, keepDims);
    }

    private static Value sorted(Value rows) {
        return Activations.takeAlong(rows, rows.argSort(-1, false), -1);
    }

    /** The axes as one, the last. */
    private static Value rows(Value x, int @Nullable [] axes) {
        if (axes == null) return x.reshape(-1);
        int[] over = Arrays.stream(axes).map(x.shape()::axis).toArray();
        List<Integer> p = new ArrayList<>(others(x, over));
        Shape left = Shape.of(p.stream().map(x.shape()::dim).toList());
        for (int a : over) p.add(a);
        return x.transpose(p).reshape(left.append(x.shape().size() / Math.max(1, left.size())));
    }

    private static List<Integer> others(Value x, int[] axes) {
        return IntStream.range(0, x.rank())
                .filter(i -> Arrays.stream(axes).noneMatch(a -> a == i))
                .boxed()
                .toList();
    }

    /** The quantiles of sorted rows (…, k) of which n, (…, 1), elements count. Result: (…, q's elements) */
    private static Value at(Value sorted, Value q, Value n, String method) {
        Value wanted = n.subtract(1).multiply(q.cast(DType.FLOAT64).reshape(-1));
        Value last = n.subtract(1);
        return switch (method) {
            case "lower" -> pick(sorted, wanted.unary(UnaryFunction.FLOOR), last);
            case "higher" -> pick(sorted, wanted.unary(UnaryFunction.CEIL), last);
            case "nearest" -> pick(sorted, wanted.unary(UnaryFunction.ROUND), last);
            case "midpoint" ->
                pick(sorted, wanted.unary(UnaryFunction.FLOOR), last)
                        .add(pick(sorted, wanted.unary(UnaryFunction.CEIL), last))
                        .multiply(0.5);
            case "linear" -> {
                Value smaller = wanted.unary(UnaryFunction.CEIL)
                        .minimum(last)
                        .maximum(0)
                        .subtract(1)
                        .maximum(0);
                Value larger = smaller.add(1).minimum(last);
                Value fraction = larger.subtract(wanted).cast(sorted.dtype());
                yield pick(sorted, larger, last)
                        .multiply(fraction.subtractFrom(1))
                        .add(pick(sorted, smaller, last).multiply(fraction));
            }
            default -> throw new ShapeException("unknown method \"" + method + "\" of a quantile");
        };
    }

    private static Value pick(Value sorted, Value position, Value last) {
        Value i = position.minimum(last).maximum(0).cast(DType.INT32);
        Shape rows = sorted.shape().slice(0, sorted.rank() - 1);
        return Activations.takeAlong(sorted, i.broadcastTo(rows.append(i.shape().last())), -1);
    }

    /** From (axes left…, q's elements) to the result's shape. */
    private static Value arranged(Value x, Value r, Value q, int @Nullable [] axes, boolean keepDims) {
        Shape left = r.shape().slice(0, r.rank() - 1);
        if (keepDims) {
            int[] over = axes == null
                    ? IntStream.range(0, x.rank()).toArray()
                    : Arrays.stream(axes).map(x.shape()::axis).toArray();
            left = Shape.of(IntStream.range(0, x.rank())
                    .map(i -> Arrays.stream(over).anyMatch(a -> a == i)
                            ? 1
                            : x.shape().dim(i))
                    .toArray());
        }
        int[] d = IntStream.concat(Arrays.stream(q.shape().toArray()), Arrays.stream(left.toArray()))
                .toArray();
        return r.moveAxis(-1, 0).reshape(Shape.of(d));
    }
}
