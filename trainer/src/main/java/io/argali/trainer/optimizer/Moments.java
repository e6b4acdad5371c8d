package io.argali.trainer.optimizer;

import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.Value;
import java.util.List;

/** The running means of a weight's gradients and of their squares, which Adam and its kin keep. */
record Moments(Value momentum, Value velocity) {
    static List<Slot> slots(Weight weight) {
        return List.of(Slot.zeros("momentum", weight.type()), Slot.zeros("velocity", weight.type()));
    }

    static Moments of(List<Value> slots) {
        return new Moments(slots.get(0), slots.get(1));
    }

    Moments next(Value gradient, double beta1, double beta2) {
        return new Moments(toward(momentum, gradient, beta1), toward(velocity, gradient.square(), beta2));
    }

    /** A running mean after one more x. */
    static Value toward(Value mean, Value x, double beta) {
        return mean.add(x.subtract(mean).multiply(1 - beta));
    }

    /** The rate by which a step along {@code momentum / √velocity} is right although both began at zero. */
    static Value correctedRate(UpdateRule.Step step, Value variable, double beta1, double beta2) {
        Value t = step.number(variable);
        Value power1 = UpdateRule.constant(variable, beta1).binary(BinaryFunction.POWER, t);
        Value power2 = UpdateRule.constant(variable, beta2).binary(BinaryFunction.POWER, t);
        return step.rate(variable).multiply(power2.subtractFrom(1).sqrt()).divide(power1.subtractFrom(1));
    }
}
