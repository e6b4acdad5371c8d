package io.argali.trainer.metric;

import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.trainer.loss.Losses;

/** Keras' accuracy functions (keras/src/metrics/accuracy_metrics.py): 1 where an output is right, else 0. */
final class Accuracies {
    private Accuracies() {}

    static Value equal(Value yTrue, Value yPred) {
        Losses.Pair y = Losses.sameRank(yTrue.cast(yPred.dtype()), yPred, true);
        return y.first().equal(y.second()).cast(DType.FLOAT32);
    }

    static Value binary(Value yTrue, Value yPred, double threshold) {
        Losses.Pair y = Losses.sameRank(yTrue, yPred, true);
        return y.first()
                .equal(y.second().greater(threshold).cast(yTrue.dtype()))
                .cast(DType.FLOAT32);
    }

    static Value categorical(Value yTrue, Value yPred) {
        return yTrue.argMax(-1).equal(yPred.argMax(-1)).cast(DType.FLOAT32);
    }

    static Value sparse(Value yTrue, Value yPred) {
        Value y = yTrue.cast(yPred.dtype());
        boolean column = y.rank() == yPred.rank() && y.shape().last() == 1;
        Value labels = column ? y.squeeze(-1) : y;
        Value hits = labels.equal(yPred.argMax(-1).cast(y.dtype())).cast(DType.FLOAT32);
        if (column) hits = hits.reshape(y.shape());
        return hits.rank() > 1 && hits.shape().last() == 1 ? hits.squeeze(-1) : hits;
    }

    static Value sparseTopK(Value yTrue, Value yPred, int k, boolean fromSortedIds) {
        Value rows = yPred.rank() > 2 ? yPred.reshape(-1, yPred.shape().last()) : yPred;
        Value labels = yTrue.cast(fromSortedIds ? yPred.dtype() : DType.INT32).reshape(-1, 1);
        int n = rows.shape().last();
        Value hits =
                fromSortedIds ? labels.equal(rows.slice(1, 0, Math.min(k, n))).any(false, 1) : inTopK(labels, rows, k);
        return hits.cast(DType.FLOAT32).reshape(yTrue.shape());
    }

    /** TensorFlow's in_top_k: equal outputs all count as the better one; labels out of range and outputs that are not finite never do. */
    private static Value inTopK(Value labels, Value rows, int k) {
        Value own = Value.iota(DType.INT32, rows.shape(), 1).equal(labels);
        Value output = own.select(rows, 0).sum(true, 1);
        Value better = rows.greater(output).cast(DType.INT32).sum(false, 1);
        return better.less(k)
                .and(own.any(false, 1))
                .and(rows.unary(UnaryFunction.IS_FINITE).all(false, 1));
    }
}
