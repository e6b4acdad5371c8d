package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A metric whose state is counts at thresholds. */
sealed interface ThresholdMetric extends Metric
        permits TruePositives, FalsePositives, TrueNegatives, FalseNegatives, Precision, Recall, ConstrainedMetric {
    Thresholds atThresholds();

    default @Nullable Integer topK() {
        return null;
    }

    default @Nullable Integer classId() {
        return null;
    }

    /** The counts that the state holds, in order. */
    List<Value> kept(Thresholds.Counts counts);

    @Override
    default List<Tensor> initialState(TensorType yTrue, TensorType yPred) {
        return atThresholds().zeros(stateSize());
    }

    @Override
    default List<Value> update(
            List<Value> state, Value yTrue, Value yPred, @Nullable Value sampleWeight, @Nullable Value mask) {
        List<Value> more = kept(atThresholds().count(yTrue, yPred, sampleWeight, topK(), classId()));
        List<Value> r = new ArrayList<>();
        for (int i = 0; i < more.size(); i++) r.add(state.get(i).add(more.get(i)));
        return r;
    }
}
