package io.argali.trainer.optimizer;

import io.argali.runtime.layer.Inline;
import io.argali.runtime.layer.Key;
import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.Value;
import java.util.List;

/**
 * Averages the weights instead of lowering the rate (Defazio et al., 2024). Keras keeps in {@code momentum} the point z that the steps go from, which
 * begins as the weight; the weight itself lies between z and the mean of all z so far.
 *
 * @param warmupSteps over how many steps the rate grows to what it is
 */
public record ScheduleFreeAdamW(
        @Key("beta_1") double beta1,
        @Key("beta_2") double beta2,
        double epsilon,
        double warmupSteps,
        @Inline OptimizerOptions options)
        implements UpdateRule {
    public static final ScheduleFreeAdamW DEFAULTS =
            new ScheduleFreeAdamW(0.9, 0.999, 1e-8, 0, OptimizerOptions.of("schedule_free_adam_w", 0.0025));

    @Override
    public List<Slot> slots(Weight weight) {
        return List.of(Slot.copy("momentum", weight.type()), Slot.zeros("velocity", weight.type()));
    }

    @Override
    public Update update(Step step, Weight weight, Value variable, Value gradient, List<Value> slots) {
        Value t = step.number(variable),
                rate = step.rate(variable),
                b1 = UpdateRule.constant(variable, beta1),
                b2 = UpdateRule.constant(variable, beta2);
        if (warmupSteps > 0) rate = rate.multiply(t.divide(warmupSteps).minimum(1));
        Value v = slots.get(1).add(gradient.square().subtract(slots.get(1)).multiply(b2.subtractFrom(1)));
        Value corrected = v.divide(b2.binary(BinaryFunction.POWER, t).subtractFrom(1));
        Value z = slots.get(0)
                .subtract(rate.multiply(gradient).divide(corrected.sqrt().add(UpdateRule.constant(variable, epsilon))));
        Value part = b1.subtractFrom(1), newest = t.like(1).divide(t);
        // The paper has the z before the step here, and so does Keras on JAX; on TensorFlow it reads its variable after
        // moving it.
        Value x = variable.subtract(part.multiply(z)).divide(b1);
        Value mean = newest.subtractFrom(1).multiply(x).add(newest.multiply(z));
        return Update.of(part.multiply(z).add(b1.multiply(mean)), z, v);
    }
}
