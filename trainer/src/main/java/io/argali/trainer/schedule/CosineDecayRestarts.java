package io.argali.trainer.schedule;

import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/**
 * Half waves of the cosine, one after the other (Loshchilov and Hutter, 2016).
 *
 * @param tMul each wave is that many times as long as the one before
 * @param mMul and begins that many times as high
 * @param alpha where waves end, as a part of the initial rate
 */
public record CosineDecayRestarts(
        double initialLearningRate, double firstDecaySteps, double tMul, double mMul, double alpha, String name)
        implements Schedule {
    public static final CosineDecayRestarts DEFAULTS = new CosineDecayRestarts(0.01, 1000, 2, 1, 0, "SGDRDecay");

    public CosineDecayRestarts {
        Checks.positive("first_decay_steps", firstDecaySteps);
    }

    @Override
    public Value rate(Value iteration) {
        Value done = iteration.cast(DType.FLOAT32).divide(firstDecaySteps);
        Value t = done.like(tMul), m = done.like(mMul), a = done.like(alpha);
        Value restarts, fraction;
        if ((float) tMul == 1) {
            restarts = done.unary(UnaryFunction.FLOOR);
            fraction = done.subtract(restarts);
        } else {
            Value shrink = t.subtractFrom(1);
            restarts =
                    done.multiply(shrink).subtractFrom(1).log().divide(t.log()).unary(UnaryFunction.FLOOR);
            Value length = t.binary(BinaryFunction.POWER, restarts);
            fraction = done.subtract(length.subtractFrom(1).divide(shrink)).divide(length);
        }
        Value height = m.binary(BinaryFunction.POWER, restarts).multiply(0.5);
        Value cosine = height.multiply(
                fraction.multiply(Math.PI).unary(UnaryFunction.COS).add(1));
        return a.subtractFrom(1).multiply(cosine).add(a).multiply(initialLearningRate);
    }
}
