package io.argali.trainer.optimizer;

import io.argali.runtime.layer.Inline;
import io.argali.runtime.layer.Key;
import io.argali.runtime.op.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Running means of gradients and of their squares, both corrected for their start at zero (Kingma and Ba, 2014).
 *
 * @param amsgrad whether to divide by the greatest mean of squares so far (Reddi et al., 2018)
 */
public record Adam(
        @Key("beta_1") double beta1,
        @Key("beta_2") double beta2,
        double epsilon,
        boolean amsgrad,
        @Inline OptimizerOptions options)
        implements UpdateRule {
    public static final Adam DEFAULTS = new Adam(0.9, 0.999, 1e-7, false, OptimizerOptions.of("adam", 0.001));

    public static Adam of(double learningRate) {
        return new Adam(0.9, 0.999, 1e-7, false, OptimizerOptions.of("adam", learningRate));
    }

    @Override
    public List<Slot> slots(Weight weight) {
        List<Slot> slots = new ArrayList<>(Moments.slots(weight));
        if (amsgrad) slots.add(Slot.zeros("velocity_hat", weight.type()).inRound(1));
        return slots;
    }

    @Override
    public Update update(Step step, Weight weight, Value variable, Value gradient, List<Value> slots) {
        Moments next = Moments.of(slots).next(gradient, beta1, beta2);
        Value alpha = Moments.correctedRate(step, variable, beta1, beta2);
        Value v = amsgrad ? slots.get(2).maximum(next.velocity()) : next.velocity();
        Value moved = variable.subtract(
                next.momentum().multiply(alpha).divide(v.sqrt().add(epsilon)));
        return amsgrad
                ? Update.of(moved, next.momentum(), next.velocity(), v)
                : Update.of(moved, next.momentum(), next.velocity());
    }
}
