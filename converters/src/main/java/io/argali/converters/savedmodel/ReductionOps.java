package io.argali.converters.savedmodel;

import io.argali.loader.protobuf.AttrValue;
import io.argali.runtime.layer.Activations;
import io.argali.runtime.op.ReduceFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import java.util.List;

/** Elements along axes are folded, counted, compared or put in order. */
final class ReductionOps {
    private ReductionOps() {}

    private interface Fold {
        Value of(Value x, boolean keepDims, int... axes);
    }

    static void add(OpTable t) {
        fold(t, "Sum", Value::sum);
        fold(t, "Mean", ReductionOps::mean);
        fold(t, "Prod", (x, keep, axes) -> x.reduce(ReduceFunction.PRODUCT, keep, axes));
        fold(t, "Max", Value::max);
        fold(t, "Min", Value::min);
        fold(t, "Any", Value::any);
        fold(t, "All", Value::all);
        fold(t, "EuclideanNorm", (x, keep, axes) -> x.square().sum(keep, axes).sqrt());
        t.one("ArgMax", c -> c.value(0).argMax(c.scalar(1)).cast(c.type("output_type", DType.INT64)));
        t.one("ArgMin", c -> c.value(0).argMin(c.scalar(1)).cast(c.type("output_type", DType.INT64)));
        t.one("L2Loss", c -> c.value(0).square().sum(false).divide(2));
        cumulative(t, "Cumsum", ReduceFunction.SUM);
        cumulative(t, "Cumprod", ReduceFunction.PRODUCT);
        t.one("CumulativeLogsumexp", ReductionOps::cumulativeLogSumExp);
        t.many("ApproxTopK", List.of("values", "indices"), ReductionOps::approximateTopK);
        t.one("HistogramFixedWidth", ReductionOps::histogram);
        t.many("TopKV2", List.of("values", "indices"), ReductionOps::topK);
        t.many("TopK", List.of("values", "indices"), c -> topK(c.value(0), c.integer("k", 1)));
        t.one("InTopKV2", c -> inTopK(c.value(0), c.value(1), c.scalar(2)));
        t.one("Bincount", c -> count(c.value(0), c.scalar(1), c.value(2), false));
        t.one("DenseBincount", c -> count(c.value(0), c.scalar(1), c.value(2), c.flag("binary_output")));
        t.one("Bucketize", c -> bucket(c));
        t.one("LowerBound", c -> bound(c, c.value(0).expandDims(1), c.value(1).expandDims(2), false));
        t.one("UpperBound", c -> bound(c, c.value(0).expandDims(1), c.value(1).expandDims(2), true));
        t.many("SoftmaxCrossEntropyWithLogits", List.of("loss", "backprop"), c -> crossEntropy(c.value(0), c.value(1)));
        t.many("SparseSoftmaxCrossEntropyWithLogits", List.of("loss", "backprop"), c -> {
            Value i = c.value(1), x = c.value(0);
            Value hits = i.expandDims(1)
                    .equal(Value.iota(i.dtype(), Shape.of(1, x.shape().last()), 1));
            return crossEntropy(x, hits.cast(x.dtype()));
        });
        t.one("RaggedBincount", ReductionOps::raggedCount);
    }

    private static void fold(OpTable t, String name, Fold f) {
        t.one(name, c -> {
            Value x = c.value(0);
            int[] axes = c.axes(1, x.rank());
            return axes.length == 0 ? x : f.of(x, c.flag("keep_dims"), axes);
        });
    }

    private static Value mean(Value x, boolean keepDims, int... axes) {
        if (x.dtype().isFloating()) return x.mean(keepDims, axes);
        Value sum = x.sum(keepDims, axes);
        int n = Math.max(1, x.shape().size() / Math.max(1, sum.shape().size()));
        return ElementwiseOps.truncatedQuotient(sum, sum.like(n));
    }

    private static void cumulative(OpTable t, String name, ReduceFunction f) {
        t.one(name, c -> c.value(0).cumulative(f, c.scalar(1), c.flag("exclusive"), c.flag("reverse")));
    }

    /** Running logarithms of sums of exponentials; the greatest is taken out, so that none overflows. */
    private static Value cumulativeLogSumExp(Call c) {
        Value x = c.value(0);
        int axis = c.scalar(1);
        boolean exclusive = c.flag("exclusive"), reverse = c.flag("reverse");
        Value greatest = x.max(true, axis < 0 ? axis + x.rank() : axis);
        return x.subtract(greatest)
                .exp()
                .cumulative(ReduceFunction.SUM, axis, exclusive, reverse)
                .log()
                .add(greatest);
    }

    /** The exact ones, which an approximation may be. */
    private static List<Value> approximateTopK(Call c) {
        Value x = c.value(0);
        int axis = c.integer("reduction_dimension", -1), a = axis < 0 ? axis + x.rank() : axis;
        boolean max = c.flag("is_max_k", true);
        Value front = x.moveAxis(a, -1);
        Value order = front.argSort(-1, max).slice(-1, 0, c.integer("k", 1));
        return List.of(Activations.takeAlong(front, order, -1).moveAxis(-1, a), order.moveAxis(-1, a));
    }

    /** Inputs: numbers, the range, how many bins of equal width. */
    private static Value histogram(Call c) {
        Value x = c.value(0).reshape(-1),
                low = c.value(1).at(0, 0),
                high = c.value(1).at(0, 1);
        int n = c.scalar(2);
        Value at = x.subtract(low).multiply(n).divide(high.subtract(low));
        Value bin = at.unary(io.argali.runtime.op.UnaryFunction.FLOOR)
                .maximum(0)
                .minimum(n - 1)
                .cast(DType.INT32);
        DType type = c.type("dtype", DType.INT32);
        return SegmentOps.sum(Value.full(type, bin.shape(), 1), bin, n);
    }

    private static List<Value> topK(Call c) {
        List<Value> r = topK(c.value(0), c.scalar(1));
        return List.of(r.get(0), r.get(1).cast(c.type("index_type", DType.INT32)));
    }

    private static List<Value> topK(Value x, int k) {
        if (k < 0 || k > x.shape().last()) throw new ShapeException("cannot take " + k + " of " + x.type());
        Value order = x.argSort(-1, true).slice(-1, 0, k);
        return List.of(Activations.takeAlong(x, order, -1), order);
    }

    private static Value inTopK(Value predictions, Value targets, int k) {
        int rows = predictions.shape().dim(0);
        Value own = Activations.takeAlong(predictions, targets.reshape(rows, 1), 1);
        return predictions.greater(own).cast(DType.INT32).sum(false, 1).less(k);
    }

    /** How often each number below {@code size} comes along the last axis, or the sum of the weights that come with it. */
    private static Value count(Value x, int size, Value weights, boolean binary) {
        Value hits = x.expandDims(-1).equal(Value.iota(x.dtype(), Shape.of(size), 0));
        if (binary) return hits.any(false, -2).cast(weights.dtype());
        if (weights.shape().size() == 0 && x.shape().size() != 0)
            return hits.cast(weights.dtype()).sum(false, -2);
        return hits.select(weights.expandDims(-1), 0).sum(false, -2);
    }

    /** How many boundaries a number has reached. */
    private static Value bucket(Call c) {
        AttrValue a = c.node().getAttrMap().get("boundaries");
        List<Float> given = a == null ? List.of() : a.getList().getFList();
        int n = given.size();
        float[] bounds = new float[n];
        for (int i = 0; i < n; i++) bounds[i] = given.get(i);
        Value x = c.value(0).dtype() == DType.FLOAT64 ? c.value(0) : c.value(0).cast(DType.FLOAT32);
        if (n == 0) return Value.zeros(new io.argali.runtime.tensor.TensorType(DType.INT32, x.shape()));
        Value b = Value.constant(Tensor.of(bounds, n)).cast(x.dtype());
        return x.expandDims(-1).greaterEqual(b).cast(DType.INT32).sum(false, -1);
    }

    /** How many of the sorted numbers of a row lie below each value, or not above it. */
    private static Value bound(Call c, Value sorted, Value values, boolean upper) {
        Value below = upper ? sorted.lessEqual(values) : sorted.less(values);
        DType t = c.type("out_type", DType.INT32);
        return below.cast(t).sum(false, 2);
    }

    private static List<Value> crossEntropy(Value logits, Value labels) {
        Value log = Activations.logSoftmax(logits, -1);
        return List.of(log.multiply(labels).sum(false, -1).negate(), log.exp().subtract(labels));
    }

    /** Inputs: where the rows begin, the values of all rows, size, weights. */
    private static Value raggedCount(Call c) {
        Value splits = c.value(0), values = c.value(1), weights = c.value(3);
        int size = c.scalar(2),
                rows = splits.shape().dim(0) - 1,
                n = values.shape().dim(0);
        Value place = Value.iota(splits.dtype(), Shape.of(rows, n), 1);
        Value inRow = place.greaterEqual(splits.slice(0, 0, rows).reshape(rows, 1))
                .and(place.less(splits.slice(0, 1, rows + 1).reshape(rows, 1)));
        Value hits = values.expandDims(-1).equal(Value.iota(values.dtype(), Shape.of(size), 0));
        DType t = weights.dtype();
        Value each = weights.shape().size() == 0 ? hits.cast(t) : hits.select(weights.expandDims(-1), 0);
        Value sums = inRow.cast(t).matMul(each);
        return c.flag("binary_output") ? sums.greater(0).cast(t) : sums;
    }
}
