package io.argali.trainer.schedule;

import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/**
 * {@code (initial - end) · (1 - step / decaySteps)^power + end}.
 *
 * @param cycle whether the way down begins anew, each time from a lower rate and longer, instead of staying at the end
 */
public record PolynomialDecay(
        double initialLearningRate, double decaySteps, double endLearningRate, double power, boolean cycle, String name)
        implements Schedule {
    public static final PolynomialDecay DEFAULTS = new PolynomialDecay(0.01, 1000, 0.0001, 1, false, "PolynomialDecay");

    public PolynomialDecay {
        Checks.positive("decay_steps", decaySteps);
    }

    @Override
    public Value rate(Value iteration) {
        Value step = iteration.cast(DType.FLOAT32), steps = step.like(decaySteps);
        if (cycle) {
            Value cycles = step.equal(0).select(1, step.divide(decaySteps).unary(UnaryFunction.CEIL));
            steps = steps.multiply(cycles);
        } else {
            step = step.minimum(decaySteps);
        }
        Value end = step.like(endLearningRate);
        return step.like(initialLearningRate)
                .subtract(end)
                .multiply(step.divide(steps).subtractFrom(1).power(power))
                .add(end);
    }
}
