package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.trainer.loss.Losses;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code tp / (tp + fn)} at each threshold; of the k greatest outputs of a sample, or of one class, if given. */
public record Recall(
        @Nullable List<Double> thresholds,
        @Nullable Integer topK,
        @Nullable Integer classId,
        String name,
        DType dtype) implements ThresholdMetric {
    public static final Recall DEFAULTS = new Recall(null, null, null, "recall", DType.FLOAT32);

    @Override
    public Thresholds atThresholds() {
        return Thresholds.of(thresholds, topK == null ? 0.5 : Thresholds.LOWEST);
    }

    @Override
    public List<Value> kept(Thresholds.Counts counts) {
        return List.of(counts.truePositives(), counts.falseNegatives());
    }

    @Override
    public int stateSize() {
        return 2;
    }

    @Override
    public Value result(List<Value> state) {
        return atThresholds()
                .unwrap(Losses.divideNoNan(state.get(0), state.get(0).add(state.get(1))));
    }
}
