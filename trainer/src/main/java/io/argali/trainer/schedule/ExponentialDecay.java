package io.argali.trainer.schedule;

import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/**
 * {@code initial · decayRate^(step / decaySteps)}.
 *
 * @param staircase whether the exponent goes in whole numbers
 */
public record ExponentialDecay(
        double initialLearningRate, double decaySteps, double decayRate, boolean staircase, String name)
        implements Schedule {
    public static final ExponentialDecay DEFAULTS = new ExponentialDecay(0.01, 1000, 0.9, false, "ExponentialDecay");

    public ExponentialDecay {
        Checks.positive("decay_steps", decaySteps);
    }

    @Override
    public Value rate(Value iteration) {
        Value p = iteration.cast(DType.FLOAT32).divide(decaySteps);
        if (staircase) p = p.unary(UnaryFunction.FLOOR);
        return p.like(decayRate).binary(BinaryFunction.POWER, p).multiply(initialLearningRate);
    }
}
