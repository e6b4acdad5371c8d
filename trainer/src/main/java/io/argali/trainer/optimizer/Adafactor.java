package io.argali.trainer.optimizer;

import io.argali.runtime.layer.Inline;
import io.argali.runtime.layer.Key;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.TensorType;
import java.util.List;

/**
 * Keeps running means of squared gradients by rows and by columns in place of one for each element (Shazeer and Stern, 2018); vectors have one for each
 * element.
 *
 * @param relativeStep does nothing in Keras either: the rate never exceeds {@code 1 / √step}
 */
public record Adafactor(
        @Key("beta_2_decay") double beta2Decay,
        @Key("epsilon_1") double epsilon1,
        @Key("epsilon_2") double epsilon2,
        double clipThreshold,
        boolean relativeStep,
        @Inline OptimizerOptions options)
        implements UpdateRule {
    public static final Adafactor DEFAULTS =
            new Adafactor(-0.8, 1e-30, 1e-3, 1, true, OptimizerOptions.of("adafactor", 0.001));

    /** Keras stores a scalar int32 where a weight has no rows and columns. */
    @Override
    public List<Slot> slots(Weight weight) {
        TensorType t = weight.type();
        Shape s = t.shape();
        Slot velocity = Slot.zeros("velocity", t);
        if (s.rank() < 2) {
            TensorType none = new TensorType(DType.INT32, Shape.SCALAR);
            return List.of(
                    Slot.zeros("row", none).keptAside(),
                    Slot.zeros("column", none).keptAside(),
                    velocity);
        }
        return List.of(
                Slot.zeros("row", new TensorType(t.dtype(), s.without(-1))),
                Slot.zeros("column", new TensorType(t.dtype(), s.without(-2))),
                velocity);
    }

    @Override
    public Update update(Step step, Weight weight, Value variable, Value gradient, List<Value> slots) {
        Value t = step.number(variable);
        Value rate = step.rate(variable).minimum(variable.like(1).divide(t.sqrt()));
        Value alpha =
                rms(variable).maximum(UpdateRule.constant(variable, epsilon2)).multiply(rate);
        Value square = gradient.square().add(epsilon1);
        Value keep = t.power(beta2Decay).subtractFrom(1);
        Value r = slots.get(0), c = slots.get(1), v;
        if (variable.rank() >= 2) {
            r = mean(keep, r, square.mean(false, -1));
            c = mean(keep, c, square.mean(false, -2));
            v = r.divide(r.mean(true, -1)).expandDims(-1).multiply(c.expandDims(-2));
        } else {
            v = mean(keep, slots.get(2), square);
        }
        Value u = gradient.divide(v.sqrt());
        return Update.of(
                variable.subtract(
                        alpha.multiply(u.divide(rms(u).divide(clipThreshold).maximum(1)))),
                r,
                c,
                v);
    }

    private static Value rms(Value x) {
        return x.square().mean(false).sqrt();
    }

    private static Value mean(Value keep, Value sofar, Value x) {
        return keep.multiply(sofar).add(keep.subtractFrom(1).multiply(x));
    }
}
