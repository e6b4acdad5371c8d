package io.argali.trainer.optimizer;

import io.argali.runtime.layer.Inline;
import io.argali.runtime.layer.Key;
import io.argali.runtime.op.Value;
import java.util.List;

/**
 * Follow the regularized leader (McMahan et al., 2013): few weights other than zero, for wide and sparse inputs.
 *
 * @param beta added to the square roots, as in the paper
 * @param l2Shrinkage a penalty on the weight, where {@code l2} is one on the step
 */
public record Ftrl(
        double learningRatePower,
        double initialAccumulatorValue,
        @Key("l1_regularization_strength") double l1,
        @Key("l2_regularization_strength") double l2,
        @Key("l2_shrinkage_regularization_strength") double l2Shrinkage,
        double beta,
        @Inline OptimizerOptions options)
        implements UpdateRule {
    public static final Ftrl DEFAULTS = new Ftrl(-0.5, 0.1, 0, 0, 0, 0, OptimizerOptions.of("ftrl", 0.001));

    public Ftrl {
        if (learningRatePower > 0)
            throw new IllegalArgumentException("learning_rate_power is 0 or less, not " + learningRatePower);
        notNegative("initial_accumulator_value", initialAccumulatorValue);
        notNegative("l1_regularization_strength", l1);
        notNegative("l2_regularization_strength", l2);
        notNegative("l2_shrinkage_regularization_strength", l2Shrinkage);
    }

    private static void notNegative(String key, double value) {
        if (value < 0) throw new IllegalArgumentException(key + " is 0 or more, not " + value);
    }

    @Override
    public List<Slot> slots(Weight weight) {
        return List.of(
                Slot.filled("accumulator", weight.type(), initialAccumulatorValue),
                Slot.zeros("linear", weight.type()));
    }

    @Override
    public Update update(Step step, Weight weight, Value variable, Value gradient, List<Value> slots) {
        Value rate = step.rate(variable);
        Value sum = slots.get(0).add(gradient.square());
        Value root = sum.power(-learningRatePower), before = slots.get(0).power(-learningRatePower);
        Value pull = gradient.add(variable.multiply(2 * l2Shrinkage))
                .subtract(root.subtract(before).divide(rate).multiply(variable));
        Value linear = slots.get(1).add(pull);
        Value ridge = variable.like(beta).divide(rate.multiply(2)).add(l2);
        Value quadratic = root.divide(rate).add(ridge.multiply(2));
        return Update.of(linear.maximum(-l1).minimum(l1).subtract(linear).divide(quadratic), sum, linear);
    }
}
