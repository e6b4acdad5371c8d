package io.argali.trainer.optimizer;

import io.argali.runtime.layer.Inline;
import io.argali.runtime.layer.Key;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import java.util.List;

/**
 * Steps of one length, in the direction of the sign of momentum and gradient (Chen et al., 2023).
 */
public record Lion(
        @Key("beta_1") double beta1,
        @Key("beta_2") double beta2,
        @Inline OptimizerOptions options) implements UpdateRule {
    public static final Lion DEFAULTS = new Lion(0.9, 0.99, OptimizerOptions.of("lion", 0.001));

    public Lion {
        if (!(beta1 > 0 && beta1 <= 1))
            throw new IllegalArgumentException("beta_1 is greater than 0 and at most 1, not " + beta1);
    }

    @Override
    public List<Slot> slots(Weight weight) {
        return List.of(Slot.zeros("momentum", weight.type()));
    }

    @Override
    public Update update(Step step, Weight weight, Value variable, Value gradient, List<Value> slots) {
        Value direction = mix(slots.get(0), gradient, UpdateRule.constant(variable, beta1))
                .unary(UnaryFunction.SIGN);
        Value m = mix(slots.get(0), gradient, UpdateRule.constant(variable, beta2));
        return Update.of(variable.subtract(step.rate(variable).multiply(direction)), m);
    }

    private static Value mix(Value m, Value gradient, Value beta) {
        return m.multiply(beta).add(gradient.multiply(beta.subtractFrom(1)));
    }
}
