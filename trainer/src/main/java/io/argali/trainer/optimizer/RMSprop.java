package io.argali.trainer.optimizer;

import io.argali.runtime.layer.Inline;
import io.argali.runtime.op.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Divides by a running mean of squares: {@code v = rho · v + (1 - rho) · g²; w -= rate · g / √(v + ε)} (Hinton, 2012).
 *
 * @param centered whether the squared running mean of gradients is taken off the mean of squares
 */
public record RMSprop(
        double rho,
        double momentum,
        double epsilon,
        boolean centered,
        @Inline OptimizerOptions options) implements UpdateRule {
    public static final RMSprop DEFAULTS = new RMSprop(0.9, 0, 1e-7, false, OptimizerOptions.of("rm_sprop", 0.001));

    public static RMSprop of(double learningRate) {
        return new RMSprop(0.9, 0, 1e-7, false, OptimizerOptions.of("rm_sprop", learningRate));
    }

    // Keras makes the velocities of all weights, then all momentums, then all means.
    @Override
    public List<Slot> slots(Weight weight) {
        List<Slot> slots = new ArrayList<>(List.of(Slot.zeros("velocity", weight.type())));
        if (momentum > 0) slots.add(Slot.zeros("momentum", weight.type()).inRound(1));
        if (centered) slots.add(Slot.zeros("average_gradient", weight.type()).inRound(2));
        return slots;
    }

    @Override
    public Update update(Step step, Weight weight, Value variable, Value gradient, List<Value> slots) {
        List<Value> next = new ArrayList<>();
        Value velocity = slots.get(0).multiply(rho).add(gradient.square().multiply(1 - rho));
        next.add(velocity);
        Value denominator = velocity;
        Value mean = null;
        if (centered) {
            mean = slots.get(slots.size() - 1).multiply(rho).add(gradient.multiply(1 - rho));
            denominator = velocity.subtract(mean.square());
        }
        Value move = step.rate(variable)
                .multiply(gradient)
                .divide(denominator.add(epsilon).sqrt());
        if (momentum > 0) {
            move = slots.get(1).multiply(momentum).add(move);
            next.add(move);
        }
        if (mean != null) next.add(mean);
        return new Update(variable.subtract(move), next);
    }
}
