package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.trainer.loss.Losses;
import java.util.List;

/** The best of one rate over the thresholds at which another is high enough. State: true and false positives, true and false negatives. */
sealed interface ConstrainedMetric extends ThresholdMetric
        permits PrecisionAtRecall, RecallAtPrecision, SensitivityAtSpecificity, SpecificityAtSensitivity {
    int numThresholds();

    @Override
    default Thresholds atThresholds() {
        return Thresholds.spread(numThresholds());
    }

    @Override
    default List<Value> kept(Thresholds.Counts c) {
        return List.of(c.truePositives(), c.falsePositives(), c.trueNegatives(), c.falseNegatives());
    }

    @Override
    default int stateSize() {
        return 4;
    }

    /** {@code tp / (tp + fn)}: recall, or sensitivity. */
    static Value recalls(List<Value> state) {
        return Losses.divideNoNan(state.get(0), state.get(0).add(state.get(3)));
    }

    /** {@code tp / (tp + fp)}. */
    static Value precisions(List<Value> state) {
        return Losses.divideNoNan(state.get(0), state.get(0).add(state.get(1)));
    }

    /** {@code tn / (tn + fp)}. */
    static Value specificities(List<Value> state) {
        return Losses.divideNoNan(state.get(2), state.get(2).add(state.get(1)));
    }

    static Value best(Value rates, Value constrained, double least) {
        return constrained.greaterEqual(least).select(rates, 0).max(false).maximum(0);
    }

    static void check(String name, double value, int numThresholds) {
        if (!(value >= 0 && value <= 1))
            throw new IllegalArgumentException(name + " must lie between 0 and 1, got " + value);
        if (numThresholds < 1)
            throw new IllegalArgumentException("num_thresholds must be positive, got " + numThresholds);
    }
}
