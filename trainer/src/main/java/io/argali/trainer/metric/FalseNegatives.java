package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How many outputs are wrongly not positive, at each threshold. */
public record FalseNegatives(@Nullable List<Double> thresholds, String name, DType dtype) implements ThresholdMetric {
    public static final FalseNegatives DEFAULTS = new FalseNegatives(null, "false_negatives", DType.FLOAT32);

    @Override
    public Thresholds atThresholds() {
        return Thresholds.of(thresholds, 0.5);
    }

    @Override
    public List<Value> kept(Thresholds.Counts counts) {
        return List.of(counts.falseNegatives());
    }

    @Override
    public int stateSize() {
        return 1;
    }

    @Override
    public Value result(List<Value> state) {
        return atThresholds().unwrap(state.get(0));
    }
}
