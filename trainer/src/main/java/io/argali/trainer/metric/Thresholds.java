package io.argali.trainer.metric;

import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.ReduceFunction;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import io.argali.trainer.loss.LossFunctions;
import io.argali.trainer.loss.Losses;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Counts of right and wrong outputs at some thresholds (keras/src/metrics/metrics_utils.py): an output is positive if it is greater. Where the
 * thresholds are evenly spread from 0 to 1, outputs are counted in buckets between them, which rounds as Keras does.
 */
record Thresholds(List<Double> values, boolean even) {
    /** Less than any output. */
    static final double LOWEST = -1e10;

    /** Weighted counts: a number for each threshold, or (thresholds, labels). */
    record Counts(Value truePositives, Value falsePositives, Value trueNegatives, Value falseNegatives) {}

    /** Those of a configuration, each between 0 and 1, or a default one. */
    static Thresholds of(@Nullable List<Double> given, double otherwise) {
        if (given == null) return new Thresholds(List.of(otherwise), false);
        for (Double t : given) {
            if (!(t >= 0 && t <= 1))
                throw new IllegalArgumentException("thresholds must lie between 0 and 1, got " + given);
        }
        return new Thresholds(given, isEven(given));
    }

    /** That many from 0 to 1. */
    static Thresholds spread(int n) {
        return n == 1 ? new Thresholds(List.of(0.5), false) : new Thresholds(between(n, 0), true);
    }

    /** As {@link #spread}, the first and last of which lie just outside of [0, 1]. */
    static Thresholds around(int n, @Nullable List<Double> inner) {
        if (inner == null) return new Thresholds(between(n, LossFunctions.EPSILON), true);
        List<Double> sorted = inner.stream().sorted().toList();
        return new Thresholds(enclosed(sorted, LossFunctions.EPSILON), isEven(enclosed(sorted, 0)));
    }

    private static List<Double> between(int n, double margin) {
        List<Double> inner = new ArrayList<>();
        for (int i = 0; i < n - 2; i++) inner.add((i + 1) * 1.0 / (n - 1));
        return enclosed(inner, margin);
    }

    private static List<Double> enclosed(List<Double> inner, double margin) {
        List<Double> r = new ArrayList<>();
        r.add(-margin);
        r.addAll(inner);
        r.add(1 + margin);
        return List.copyOf(r);
    }

    /** NumPy's allclose. */
    private static boolean isEven(List<Double> t) {
        if (t.size() < 3) return false;
        for (int i = 0; i < t.size(); i++) {
            double even = (float) i / (t.size() - 1);
            if (Math.abs(t.get(i) - even) > LossFunctions.EPSILON + 1e-5 * Math.abs(even)) return false;
        }
        return true;
    }

    int size() {
        return values.size();
    }

    /** A state of this many counts of nothing. */
    List<Tensor> zeros(int counts, int... labels) {
        Tensor zero = Tensor.zeros(DType.FLOAT32, labels.length == 0 ? Shape.of(size()) : Shape.of(size(), labels[0]));
        return Collections.nCopies(counts, zero);
    }

    /** A number for each threshold, or the only one. */
    Value unwrap(Value perThreshold) {
        return size() == 1 ? perThreshold.squeeze(0) : perThreshold;
    }

    Counts count(
            Value yTrue, Value yPred, @Nullable Value sampleWeight, @Nullable Integer topK, @Nullable Integer classId) {
        return count(yTrue, yPred, sampleWeight, topK, classId, false, null);
    }

    /**
     * Counts a batch.
     *
     * @param topK if given, only that many greatest outputs of a sample can be positive
     * @param classId if given, the only class to count
     * @param byLabel whether each label (the last axis) has its own counts
     * @param labelWeights a factor for each label; null for none
     */
    Counts count(
            Value yTrue,
            Value yPred,
            @Nullable Value sampleWeight,
            @Nullable Integer topK,
            @Nullable Integer classId,
            boolean byLabel,
            @Nullable List<Double> labelWeights) {
        Losses.Pair y = Losses.sameRank(yPred.cast(DType.FLOAT32), yTrue.cast(DType.FLOAT32), true);
        Value outputs = y.first(), labels = y.second();
        Value weight = sampleWeight == null ? null : sampleWeight.cast(DType.FLOAT32);
        if (weight != null)
            weight = Losses.sameRank(labels, weight.expandDims(weight.rank()), false)
                    .second();
        if (topK != null) outputs = onlyTop(outputs, topK);
        if (classId != null) {
            if (outputs.rank() == 1)
                throw new ShapeException("class_id needs outputs (batch, classes), got " + outputs.shape());
            labels = labels.slice(-1, classId, classId + 1);
            outputs = outputs.slice(-1, classId, classId + 1);
        }
        if (byLabel && outputs.rank() != 2)
            throw new ShapeException("multi_label needs outputs (batch, labels), got " + outputs.shape());
        Value w = weights(outputs, weight, labelWeights);
        Shape table = byLabel ? outputs.shape() : Shape.of(outputs.shape().size(), 1);
        Counts c = even
                ? inBuckets(labels.reshape(table), outputs.reshape(table), w.reshape(table))
                : atEach(labels.reshape(table), outputs.reshape(table), w.reshape(table));
        return byLabel ? c : flat(c);
    }

    private Counts flat(Counts c) {
        return new Counts(
                c.truePositives.squeeze(1),
                c.falsePositives.squeeze(1),
                c.trueNegatives.squeeze(1),
                c.falseNegatives.squeeze(1));
    }

    private static Value weights(Value outputs, @Nullable Value weight, @Nullable List<Double> labelWeights) {
        Value w = Value.full(DType.FLOAT32, outputs.shape(), 1);
        if (weight != null) w = w.multiply(weight);
        if (labelWeights != null) w = w.multiply(vector(labelWeights).expandDims(0));
        if (!w.shape().equals(outputs.shape()))
            throw new ShapeException("weights " + w.shape() + " do not fit outputs " + outputs.shape());
        return w;
    }

    static Value vector(List<Double> numbers) {
        float[] f = new float[numbers.size()];
        for (int i = 0; i < f.length; i++) f[i] = numbers.get(i).floatValue();
        return Value.constant(Tensor.wrap(DType.FLOAT32, Shape.of(f.length), f));
    }

    /** Outputs that are not among the k greatest of their sample become {@link #LOWEST}; the first of equal ones wins. */
    private static Value onlyTop(Value x, int k) {
        Value rank = x.argSort(-1, true).argSort(-1, false);
        Value top = rank.less(k).cast(x.dtype());
        return x.multiply(top).add(top.subtractFrom(1).multiply(LOWEST));
    }

    // Both: (rows, labels) → (thresholds, labels)

    private Counts atEach(Value labels, Value outputs, Value weights) {
        Value positive = outputs.expandDims(0).greater(vector(values).reshape(size(), 1, 1)), negative = positive.not();
        Value right = labels.cast(DType.BOOL).expandDims(0), wrong = right.not(), w = weights.expandDims(0);
        return new Counts(
                sum(right.and(positive), w),
                sum(wrong.and(positive), w),
                sum(wrong.and(negative), w),
                sum(right.and(negative), w));
    }

    private static Value sum(Value hits, Value weights) {
        return hits.select(weights, 0).sum(false, 1);
    }

    private Counts inBuckets(Value labels, Value outputs, Value weights) {
        int n = size(), columns = labels.shape().dim(1);
        Value right = labels.notEqual(0).cast(DType.FLOAT32).multiply(weights);
        Value wrong = labels.notEqual(0).cast(DType.FLOAT32).subtractFrom(1).multiply(weights);
        Value bucket = outputs.maximum(0)
                .minimum(1)
                .multiply(n - 1)
                .unary(UnaryFunction.CEIL)
                .subtract(1);
        boolean around = values.get(0) < 0 || values.get(n - 1) > 1;
        if (around) bucket = bucket.relu();
        // Bucket -1, of outputs that pass no threshold, comes first and is left out again.
        Value place = bucket.cast(DType.INT32).add(1);
        Value column = Value.iota(DType.INT32, place.shape(), 1);
        Value index = place.multiply(columns).add(column).reshape(-1);
        Value truePositives = fromAbove(index, right, n, columns), falsePositives = fromAbove(index, wrong, n, columns);
        return new Counts(
                truePositives,
                falsePositives,
                wrong.sum(false, 0).subtract(falsePositives),
                right.sum(false, 0).subtract(truePositives));
    }

    private static Value fromAbove(Value index, Value weights, int n, int columns) {
        Op.ScatterAdd scatter = new Op.ScatterAdd(Shape.of((n + 1) * columns));
        Value sums = Node.of(scatter, List.of(index, weights.reshape(-1))).output(0);
        return sums.reshape(n + 1, columns).slice(0, 1, n + 1).cumulative(ReduceFunction.SUM, 0, false, true);
    }
}
