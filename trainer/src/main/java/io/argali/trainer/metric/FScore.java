package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import io.argali.trainer.loss.LossFunctions;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code (1 + beta²) p r / (beta² p + r)} of precision p and recall r, for each class or averaged. State: tp, fp, fn, and labels of each class. */
sealed interface FScore extends Metric permits FBetaScore, F1Score {
    @Nullable
    Average average();

    double beta();

    /** The probability from which on a class is there; null if it is the greatest one. */
    @Nullable
    Double threshold();

    DType dtype();

    private boolean perClass() {
        return average() != Average.MICRO;
    }

    @Override
    default List<Tensor> initialState(TensorType yTrue, TensorType yPred) {
        if (yTrue.shape().rank() != 2 || yPred.shape().rank() != 2) {
            throw new ShapeException("metric \"" + name() + "\" needs labels and outputs (batch, classes), got " + yTrue
                    + " and " + yPred);
        }
        Shape s = perClass() ? Shape.of(yPred.shape().last()) : Shape.SCALAR;
        return Collections.nCopies(4, Tensor.zeros(dtype(), s));
    }

    @Override
    default int stateSize() {
        return 4;
    }

    @Override
    default List<Value> update(
            List<Value> state, Value yTrue, Value yPred, @Nullable Value sampleWeight, @Nullable Value mask) {
        Value t = yTrue.cast(dtype()), p = yPred.cast(dtype());
        Double threshold = threshold();
        Value chosen = threshold != null
                ? p.greater(threshold)
                : p.greaterEqual(p.max(true, -1)).and(p.abs().greater(1e-9));
        Value y = chosen.cast(dtype());
        return List.of(
                state.get(0).add(sum(y.multiply(t), sampleWeight)),
                state.get(1).add(sum(y.multiply(t.subtractFrom(1)), sampleWeight)),
                state.get(2).add(sum(y.subtractFrom(1).multiply(t), sampleWeight)),
                state.get(3).add(sum(t, sampleWeight)));
    }

    private Value sum(Value v, @Nullable Value sampleWeight) {
        Value w =
                sampleWeight == null ? v : v.multiply(sampleWeight.cast(dtype()).expandDims(1));
        return perClass() ? w.sum(false, 0) : w.sum(false);
    }

    @Override
    default Value result(List<Value> state) {
        Value tp = state.get(0), fp = state.get(1), fn = state.get(2), labels = state.get(3);
        double square = beta() * beta();
        Value precision = tp.divide(tp.add(fp).add(LossFunctions.EPSILON)),
                recall = tp.divide(tp.add(fn).add(LossFunctions.EPSILON));
        Value sum = precision.multiply(square).add(recall).add(LossFunctions.EPSILON);
        Value score = precision.multiply(recall).divide(sum).multiply(1 + square);
        return switch (average()) {
            case null -> score;
            case WEIGHTED ->
                score.multiply(labels.divide(labels.sum(false).add(LossFunctions.EPSILON)))
                        .sum(false);
            case MICRO, MACRO -> score.rank() == 0 ? score : score.mean(false);
        };
    }

    static void check(double beta, @Nullable Double threshold) {
        if (beta <= 0) throw new IllegalArgumentException("beta must be positive, got " + beta);
        if (threshold != null && !(threshold > 0 && threshold <= 1)) {
            throw new IllegalArgumentException("threshold must lie in (0, 1], got " + threshold);
        }
    }
}
