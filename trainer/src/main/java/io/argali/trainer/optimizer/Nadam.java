package io.argali.trainer.optimizer;

import io.argali.runtime.layer.Inline;
import io.argali.runtime.layer.Key;
import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.List;

/**
 * {@link Adam} that looks at the momentum one step ahead (Dozat, 2015). The product of all momenta so far is kept once for all weights.
 */
public record Nadam(
        @Key("beta_1") double beta1,
        @Key("beta_2") double beta2,
        double epsilon,
        @Inline OptimizerOptions options) implements UpdateRule {
    public static final Nadam DEFAULTS = new Nadam(0.9, 0.999, 1e-7, OptimizerOptions.of("nadam", 0.001));

    /** The slot of the product of all momenta so far. */
    public static final String PRODUCT = "u_product";

    private static final double DECAY = 0.96;

    @Override
    public List<Slot> slots(Weight weight) {
        return Moments.slots(weight);
    }

    @Override
    public List<Slot> globalSlots(List<Weight> weights) {
        return List.of(Slot.filled(PRODUCT, new TensorType(weights.get(0).type().dtype(), Shape.SCALAR), 1)
                .keptAside());
    }

    @Override
    public List<Value> updateGlobals(Step before) {
        Value product = before.globals().get(0);
        Value t = before.number(product);
        return List.of(product.multiply(beta1).multiply(half(t.like(DECAY), t)));
    }

    /** The product after so many steps, for files that do not hold it. */
    public static Tensor product(Nadam rule, long steps) {
        double product = 1;
        for (long t = 1; t <= steps && product > Float.MIN_VALUE; t++)
            product *= rule.beta1 * (1 - Math.pow(DECAY, t) / 2);
        return Tensor.scalar(DType.FLOAT32, product);
    }

    /** {@code 1 - 0.96^t / 2}: momenta grow to beta1 from half of it. */
    private static Value half(Value decay, Value t) {
        return decay.binary(BinaryFunction.POWER, t).multiply(0.5).subtractFrom(1);
    }

    @Override
    public Update update(Step step, Weight weight, Value variable, Value gradient, List<Value> slots) {
        Value t = step.number(variable),
                next = step.iteration().add(2).cast(variable.dtype()),
                b1 = UpdateRule.constant(variable, beta1),
                b2 = UpdateRule.constant(variable, beta2);
        Value decay = UpdateRule.constant(variable, DECAY);
        Value u = b1.multiply(half(decay, t)), uNext = b1.multiply(half(decay, next));
        Value product = step.globals().get(0).cast(variable.dtype());
        Value m = slots.get(0).add(gradient.subtract(slots.get(0)).multiply(b1.subtractFrom(1)));
        Value v = slots.get(1).add(gradient.square().subtract(slots.get(1)).multiply(b2.subtractFrom(1)));
        Value mHat = uNext.multiply(m)
                .divide(product.multiply(uNext).subtractFrom(1))
                .add(u.subtractFrom(1).multiply(gradient).divide(product.subtractFrom(1)));
        Value vHat = v.divide(b2.binary(BinaryFunction.POWER, t).subtractFrom(1));
        return Update.of(
                variable.subtract(
                        mHat.multiply(step.rate(variable)).divide(vHat.sqrt().add(epsilon))),
                m,
                v);
    }
}
