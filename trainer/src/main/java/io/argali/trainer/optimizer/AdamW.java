package io.argali.trainer.optimizer;

import io.argali.runtime.layer.Inline;
import io.argali.runtime.layer.Key;
import io.argali.runtime.op.Value;
import java.util.List;

/**
 * {@link Adam} with weight decay (Loshchilov and Hutter, 2017).
 */
public record AdamW(
        @Key("beta_1") double beta1,
        @Key("beta_2") double beta2,
        double epsilon,
        boolean amsgrad,
        @Inline OptimizerOptions options)
        implements UpdateRule {
    public static final AdamW DEFAULTS = of(0.001, 0.004);

    public AdamW {
        if (options.weightDecay() == null)
            throw new IllegalArgumentException("weight_decay of AdamW is a number, not null");
    }

    public static AdamW of(double learningRate, double weightDecay) {
        return new AdamW(
                0.9,
                0.999,
                1e-7,
                false,
                OptimizerOptions.of("adam_w", learningRate).withWeightDecay(weightDecay));
    }

    private Adam adam() {
        return new Adam(beta1, beta2, epsilon, amsgrad, options);
    }

    @Override
    public List<Slot> slots(Weight weight) {
        return adam().slots(weight);
    }

    @Override
    public Update update(Step step, Weight weight, Value variable, Value gradient, List<Value> slots) {
        return adam().update(step, weight, variable, gradient, slots);
    }
}
