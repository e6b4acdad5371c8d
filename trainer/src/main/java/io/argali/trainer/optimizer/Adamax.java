package io.argali.trainer.optimizer;

import io.argali.runtime.layer.Inline;
import io.argali.runtime.layer.Key;
import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.Value;
import java.util.List;

/**
 * {@link Adam} with the greatest recent gradient in place of the mean of squares (Kingma and Ba, 2014, section 7.1).
 */
public record Adamax(
        @Key("beta_1") double beta1,
        @Key("beta_2") double beta2,
        double epsilon,
        @Inline OptimizerOptions options) implements UpdateRule {
    public static final Adamax DEFAULTS = new Adamax(0.9, 0.999, 1e-7, OptimizerOptions.of("adamax", 0.001));

    @Override
    public List<Slot> slots(Weight weight) {
        return List.of(Slot.zeros("momentum", weight.type()), Slot.zeros("norm", weight.type()));
    }

    @Override
    public Update update(Step step, Weight weight, Value variable, Value gradient, List<Value> slots) {
        Value power = UpdateRule.constant(variable, beta1).binary(BinaryFunction.POWER, step.number(variable));
        Value m = Moments.toward(slots.get(0), gradient, beta1);
        Value u = slots.get(1).multiply(beta2).maximum(gradient.abs());
        Value move =
                step.rate(variable).multiply(m).divide(power.subtractFrom(1).multiply(u.add(epsilon)));
        return Update.of(variable.subtract(move), m, u);
    }
}
