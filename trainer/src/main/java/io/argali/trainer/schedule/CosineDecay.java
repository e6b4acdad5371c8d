package io.argali.trainer.schedule;

import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import org.jspecify.annotations.Nullable;

/**
 * Half a wave of the cosine from {@code initial} down to {@code alpha · initial} (Loshchilov and Hutter, 2016), possibly after a straight way up.
 *
 * @param warmupTarget where the way up ends and the way down begins; null for no way up
 * @param warmupSteps how long the way up is
 */
public record CosineDecay(
        double initialLearningRate,
        double decaySteps,
        double alpha,
        String name,
        @Nullable Double warmupTarget,
        double warmupSteps)
        implements Schedule {
    public static final CosineDecay DEFAULTS = new CosineDecay(0.01, 1000, 0, "CosineDecay", null, 0);

    public CosineDecay {
        Checks.positive("decay_steps", decaySteps);
    }

    @Override
    public Value rate(Value iteration) {
        Value step = iteration.cast(DType.FLOAT32), initial = step.like(initialLearningRate);
        if (warmupTarget == null) return down(step.minimum(decaySteps), initial);
        Value warmup = step.like(warmupSteps), target = step.like(warmupTarget);
        step = step.minimum(step.like(decaySteps).add(warmup));
        Value up = target.subtract(initial).multiply(step.divide(warmup)).add(initial);
        return step.less(warmup).select(up, down(step.subtract(warmup), target));
    }

    private Value down(Value step, Value from) {
        Value cosine = step.divide(decaySteps)
                .multiply(Math.PI)
                .unary(UnaryFunction.COS)
                .add(1)
                .multiply(0.5);
        return from.multiply(cosine.multiply(1 - alpha).add(alpha));
    }
}
