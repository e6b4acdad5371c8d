package io.argali.trainer.schedule;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import java.util.List;

/**
 * A rate that jumps: {@code values[i]} up to and with step {@code boundaries[i]}, and the last value after the last boundary.
 *
 * @param values one more than boundaries
 */
public record PiecewiseConstantDecay(List<Double> boundaries, List<Double> values, String name) implements Schedule {
    public static final PiecewiseConstantDecay DEFAULTS =
            new PiecewiseConstantDecay(List.of(1000.0), List.of(0.01, 0.001), "PiecewiseConstant");

    public PiecewiseConstantDecay {
        boundaries = List.copyOf(boundaries);
        values = List.copyOf(values);
        if (boundaries.isEmpty() || boundaries.size() != values.size() - 1) {
            throw new IllegalArgumentException(
                    "boundaries are one or more, and one less than values; not " + boundaries + " and " + values);
        }
    }

    // A sum, so that boundaries out of order give what they give in Keras.
    @Override
    public Value rate(Value iteration) {
        int n = boundaries.size();
        Value rate = choose(iteration.lessEqual(bound(0)), values.get(0))
                .add(choose(iteration.greater(bound(n - 1)), values.get(n)));
        for (int i = 1; i < n; i++) {
            rate = rate.add(choose(iteration.greater(bound(i - 1)).and(iteration.lessEqual(bound(i))), values.get(i)));
        }
        return rate;
    }

    /** Steps are whole numbers, and Keras makes boundaries so. */
    private double bound(int i) {
        return Math.floor(Math.abs(boundaries.get(i))) * Math.signum(boundaries.get(i));
    }

    private static Value choose(Value condition, double value) {
        return condition.cast(DType.FLOAT32).multiply(value);
    }
}
