package io.argali.trainer.loss;

import io.argali.runtime.op.Node;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What Keras does around the formula of a loss: ranks, types, weights, masks, reduction (keras/src/losses/loss.py). */
public final class Losses {
    private Losses() {}

    /**
     * A loss of a batch.
     *
     * @param sampleWeight a factor for each sample, or for each of its values; null for none
     * @param mask which of the outputs count, as the model computed it; null for all
     * @return a scalar, unless the reduction is {@link Reduction#NONE}
     */
    public static Value of(Loss loss, Value yTrue, Value yPred, @Nullable Value sampleWeight, @Nullable Value mask) {
        return ScopedValue.where(Node.ORIGIN, loss.name()).call(() -> reduced(loss, yTrue, yPred, sampleWeight, mask));
    }

    private static Value reduced(
            Loss given, Value yTrue, Value yPred, @Nullable Value sampleWeight, @Nullable Value mask) {
        Loss loss = given.resolve(yTrue, yPred);
        Pair y = sameRank(yTrue.cast(loss.dtype()), yPred.cast(loss.dtype()), true);
        Value values = loss.call(y.first, y.second);
        Value own = loss.mask(y.first, y.second, values);
        Value kept =
                mask == null ? own : own == null ? mask : mask.cast(DType.BOOL).and(own);
        return reduce(values.cast(loss.dtype()), sampleWeight, kept, loss.reduction());
    }

    /** The values of a batch as one number. */
    static Value reduce(Value values, @Nullable Value sampleWeight, @Nullable Value mask, Reduction reduction) {
        Value weight = applyMask(sampleWeight, mask, values.dtype(), reduction);
        if (weight == null) return reduce(values, null, reduction);
        Pair p = sameRank(values, weight.cast(values.dtype()), true);
        return reduce(p.first.multiply(p.second), p.second, reduction);
    }

    private static Value reduce(Value values, @Nullable Value weight, Reduction reduction) {
        boolean empty = values.rank() == 1 && values.shape().size() == 0;
        if (reduction == Reduction.NONE || values.rank() == 0 || empty) return values;
        Value sum = values.sum(false);
        if (reduction == Reduction.SUM) return sum;
        Value count = reduction == Reduction.MEAN_WITH_SAMPLE_WEIGHT && weight != null
                ? weight.sum(false)
                : sum.like(values.shape().size());
        return divideNoNan(sum, count);
    }

    /** Weights that are zero where the mask drops a value; where a mean follows, the rest grows so that it is one over what is left. */
    public static @Nullable Value applyMask(
            @Nullable Value sampleWeight, @Nullable Value mask, DType dtype, Reduction reduction) {
        if (mask == null) return sampleWeight;
        Value kept = mask.cast(dtype);
        if (reduction == Reduction.MEAN || reduction == Reduction.SUM_OVER_BATCH_SIZE) {
            Value grown = divideNoNan(kept.like(mask.shape().size()), kept.sum(false));
            kept = mask.cast(DType.BOOL).select(grown, 0);
        }
        if (sampleWeight == null) return kept;
        Pair p = sameRank(kept, sampleWeight.cast(dtype), true);
        return p.second.multiply(p.first);
    }

    /** Two values whose ranks are one apart no longer, if a last axis of length 1 can come or go. */
    public record Pair(Value first, Value second) {}

    /**
     * Keras' squeeze_or_expand_to_same_rank.
     *
     * @param expandVectors whether a vector beside a matrix of one column becomes such a matrix, rather than the matrix a vector
     */
    public static Pair sameRank(Value a, Value b, boolean expandVectors) {
        if (a.rank() == b.rank() + 1 && a.shape().last() == 1) {
            return b.rank() == 1 && expandVectors ? new Pair(a, b.expandDims(1)) : new Pair(a.squeeze(-1), b);
        }
        if (b.rank() == a.rank() + 1 && b.shape().last() == 1) {
            return a.rank() == 1 && expandVectors ? new Pair(a.expandDims(1), b) : new Pair(a, b.squeeze(-1));
        }
        return new Pair(a, b);
    }

    /** {@code a / b}, and 0 where b is 0. */
    public static Value divideNoNan(Value a, Value b) {
        Value zero = b.equal(0);
        return zero.select(0, a.divide(zero.select(1, b)));
    }

    /**
     * The weight of each sample from weights of its class, 1 for classes that have none. Labels are numbers of classes (batch) or (batch, 1), or
     * a probability for each class (batch, classes), of which the greatest counts.
     */
    public static Tensor classWeights(Tensor labels, Map<Integer, Double> weights) {
        int n = labels.shape().dim(0),
                k = labels.shape().rank() == 1 ? 1 : labels.shape().last();
        if (labels.size() != n * k) {
            throw new IllegalArgumentException(
                    "class weights need labels of shape (batch), (batch, 1) or (batch, classes), got " + labels.type());
        }
        double[] y = labels.toDoubleArray();
        float[] r = new float[n];
        for (int i = 0; i < n; i++) {
            int c = k == 1 ? (int) Math.rint(y[i]) : greatest(y, i * k, k);
            r[i] = weights.getOrDefault(c, 1.0).floatValue();
        }
        return Tensor.wrap(DType.FLOAT32, Shape.of(n), r);
    }

    private static int greatest(double[] y, int from, int n) {
        int best = 0;
        for (int i = 1; i < n; i++) if (y[from + i] > y[from + best]) best = i;
        return best;
    }
}
