package io.argali.trainer.optimizer;

import io.argali.runtime.layer.Inline;
import io.argali.runtime.layer.Key;
import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.Value;
import java.util.List;

/**
 * {@link Adam} whose step is as long as the weight's norm says (You et al., 2019): for large batches.
 */
public record Lamb(
        @Key("beta_1") double beta1,
        @Key("beta_2") double beta2,
        double epsilon,
        @Inline OptimizerOptions options) implements UpdateRule {
    public static final Lamb DEFAULTS = new Lamb(0.9, 0.999, 1e-7, OptimizerOptions.of("lamb", 0.001));

    @Override
    public List<Slot> slots(Weight weight) {
        return Moments.slots(weight);
    }

    @Override
    public Update update(Step step, Weight weight, Value variable, Value gradient, List<Value> slots) {
        Moments next = Moments.of(slots).next(gradient, beta1, beta2);
        Value t = step.number(variable);
        Value m = next.momentum()
                .divide(UpdateRule.constant(variable, beta1)
                        .binary(BinaryFunction.POWER, t)
                        .subtractFrom(1));
        Value v = next.velocity()
                .divide(UpdateRule.constant(variable, beta2)
                        .binary(BinaryFunction.POWER, t)
                        .subtractFrom(1));
        Value move = m.divide(v.sqrt().add(epsilon));
        Value norm = variable.square().sum(false).sqrt(),
                moveNorm = move.square().sum(false).sqrt();
        Value ratio = norm.greater(0).and(moveNorm.greater(0)).select(norm.divide(moveNorm), 1);
        return Update.of(
                variable.subtract(ratio.multiply(step.rate(variable)).multiply(move)),
                next.momentum(),
                next.velocity());
    }
}
