package io.argali.trainer.metric;

import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import io.argali.trainer.loss.Losses;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code 1 - Σ(yTrue - yPred)² / Σ(yTrue - mean)²} for each output, averaged. State: number of values, then for each output the sums of squares,
 * labels, residuals and weights.
 *
 * @param numRegressors if not 0, the score is adjusted for this many predictors
 */
public record R2Score(Aggregation classAggregation, int numRegressors, String name, DType dtype) implements Metric {
    /** How the scores of several outputs become one. */
    public enum Aggregation {
        /** They do not. */
        NONE,
        UNIFORM_AVERAGE,
        VARIANCE_WEIGHTED_AVERAGE
    }

    public static final R2Score DEFAULTS = new R2Score(Aggregation.UNIFORM_AVERAGE, 0, "r2_score", DType.FLOAT32);

    public R2Score {
        if (numRegressors < 0)
            throw new IllegalArgumentException("num_regressors must not be negative, got " + numRegressors);
    }

    @Override
    public List<Tensor> initialState(TensorType yTrue, TensorType yPred) {
        boolean column = yPred.shape().rank() == 2
                && yPred.shape().last() == 1
                && yTrue.shape().rank() == 1;
        if (yPred.shape().rank() != 2 || yTrue.shape().rank() != 2 && !column) {
            throw new ShapeException(
                    "metric \"" + name + "\" needs labels and outputs (batch, n), got " + yTrue + " and " + yPred);
        }
        Tensor zeros = Tensor.zeros(DType.FLOAT32, Shape.of(yPred.shape().last()));
        return List.of(Tensor.scalar(DType.FLOAT32, 0), zeros, zeros, zeros, zeros);
    }

    @Override
    public int stateSize() {
        return 5;
    }

    @Override
    public List<Value> update(
            List<Value> state, Value yTrue, Value yPred, @Nullable Value sampleWeight, @Nullable Value mask) {
        Losses.Pair y = Losses.sameRank(yTrue.cast(dtype), yPred.cast(dtype), true);
        Value t = y.first();
        Value given = sampleWeight == null ? t.like(1) : sampleWeight.cast(dtype);
        Value weight = (given.rank() == 1 ? given.expandDims(1) : given).broadcastTo(t.shape());
        Value weighted = t.multiply(weight);
        return List.of(
                state.get(0).add(t.shape().size()),
                plus(state.get(1), t.multiply(weighted)),
                plus(state.get(2), weighted),
                plus(state.get(3), t.subtract(y.second()).square().multiply(weight)),
                plus(state.get(4), weight));
    }

    private static Value plus(Value sum, Value rows) {
        return sum.add(rows.sum(false, 0).cast(sum.dtype()));
    }

    @Override
    public Value result(List<Value> state) {
        Value samples = state.get(0), sum = state.get(2);
        Value total = state.get(1).subtract(sum.multiply(sum.divide(state.get(4))));
        Value raw = state.get(3).divide(total).subtractFrom(1);
        Value scores = raw.unary(UnaryFunction.IS_INFINITE).select(0, raw);
        Value score = switch (classAggregation) {
            case NONE -> scores;
            case UNIFORM_AVERAGE -> scores.mean(false);
            case VARIANCE_WEIGHTED_AVERAGE -> total.multiply(scores).sum(false).divide(total.sum(false));
        };
        if (numRegressors == 0) return score;
        Value free = samples.subtract(numRegressors).subtract(1);
        Value adjusted =
                score.subtractFrom(1).multiply(samples.subtract(1)).divide(free).subtractFrom(1);
        return free.greater(0).select(adjusted, score);
    }
}
