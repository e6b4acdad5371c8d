package io.argali.trainer.optimizer;

import io.argali.runtime.layer.Inline;
import io.argali.runtime.op.Value;
import java.util.List;

/**
 * Steps in the units of the weight: {@code d = -√(D + ε) / √(G + ε) · g}, with G and D the running means of squared gradients and squared steps
 * (Zeiler, 2012).
 */
public record Adadelta(double rho, double epsilon, @Inline OptimizerOptions options) implements UpdateRule {
    public static final Adadelta DEFAULTS = new Adadelta(0.95, 1e-7, OptimizerOptions.of("adadelta", 0.001));

    @Override
    public List<Slot> slots(Weight weight) {
        return List.of(
                Slot.zeros("accumulated_grad", weight.type()), Slot.zeros("accumulated_delta_var", weight.type()));
    }

    @Override
    public Update update(Step step, Weight weight, Value variable, Value gradient, List<Value> slots) {
        Value gradients = mean(slots.get(0), gradient);
        Value delta = slots.get(1)
                .add(epsilon)
                .sqrt()
                .multiply(gradient)
                .divide(gradients.add(epsilon).sqrt())
                .negate();
        return Update.of(variable.add(step.rate(variable).multiply(delta)), gradients, mean(slots.get(1), delta));
    }

    private Value mean(Value sofar, Value x) {
        return sofar.multiply(rho).add(x.square().multiply(1 - rho));
    }
}
