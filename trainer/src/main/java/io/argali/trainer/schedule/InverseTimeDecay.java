package io.argali.trainer.schedule;

import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/**
 * {@code initial / (1 + decayRate · step / decaySteps)}.
 *
 * @param staircase whether the quotient goes in whole numbers
 */
public record InverseTimeDecay(
        double initialLearningRate, double decaySteps, double decayRate, boolean staircase, String name)
        implements Schedule {
    public static final InverseTimeDecay DEFAULTS = new InverseTimeDecay(0.01, 1000, 0.5, false, "InverseTimeDecay");

    public InverseTimeDecay {
        Checks.positive("decay_steps", decaySteps);
    }

    @Override
    public Value rate(Value iteration) {
        Value p = iteration.cast(DType.FLOAT32).divide(decaySteps);
        if (staircase) p = p.unary(UnaryFunction.FLOOR);
        return p.like(initialLearningRate).divide(p.multiply(decayRate).add(1));
    }
}
