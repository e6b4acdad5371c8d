package io.argali.trainer.optimizer;

import io.argali.runtime.layer.Inline;
import io.argali.runtime.op.Value;
import java.util.List;

/**
 * Gradient descent: {@code w -= rate · g}, or with momentum {@code m = momentum · m - rate · g; w += m}.
 *
 * @param nesterov whether the momentum is looked at one step ahead
 */
public record SGD(double momentum, boolean nesterov, @Inline OptimizerOptions options) implements UpdateRule {
    public static final SGD DEFAULTS = new SGD(0, false, OptimizerOptions.of("sgd", 0.01));

    public SGD {
        if (!(momentum >= 0 && momentum <= 1))
            throw new IllegalArgumentException("momentum is between 0 and 1, not " + momentum);
    }

    public static SGD of(double learningRate) {
        return new SGD(0, false, OptimizerOptions.of("sgd", learningRate));
    }

    @Override
    public List<Slot> slots(Weight weight) {
        return momentum == 0 ? List.of() : List.of(Slot.zeros("momentum", weight.type()));
    }

    @Override
    public Update update(Step step, Weight weight, Value variable, Value gradient, List<Value> slots) {
        Value move = gradient.multiply(step.rate(variable));
        if (momentum == 0) return Update.of(variable.subtract(move));
        Value keep = UpdateRule.constant(variable, momentum);
        Value m = slots.get(0).multiply(keep).subtract(move);
        return Update.of(variable.add(nesterov ? m.multiply(keep).subtract(move) : m), m);
    }
}
