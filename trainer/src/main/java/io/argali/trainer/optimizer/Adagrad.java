package io.argali.trainer.optimizer;

import io.argali.runtime.layer.Inline;
import io.argali.runtime.op.Value;
import java.util.List;

/**
 * Divides by the root of all squared gradients so far: {@code a += g²; w -= rate · g / √(a + ε)} (Duchi et al., 2011).
 */
public record Adagrad(
        double initialAccumulatorValue,
        double epsilon,
        @Inline OptimizerOptions options) implements UpdateRule {
    public static final Adagrad DEFAULTS = new Adagrad(0.1, 1e-7, OptimizerOptions.of("adagrad", 0.001));

    @Override
    public List<Slot> slots(Weight weight) {
        return List.of(Slot.filled("accumulator", weight.type(), initialAccumulatorValue));
    }

    @Override
    public Update update(Step step, Weight weight, Value variable, Value gradient, List<Value> slots) {
        Value sum = slots.get(0).add(gradient.square());
        return Update.of(
                variable.subtract(step.rate(variable)
                        .multiply(gradient)
                        .divide(sum.add(epsilon).sqrt())),
                sum);
    }
}
