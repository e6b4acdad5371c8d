package io.argali.trainer.optimizer;

import io.argali.runtime.layer.Inline;
import io.argali.runtime.layer.Key;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Steps of matrices are made orthogonal by a few rounds of Newton and Schulz (Jordan, 2024); all other weights go by {@link AdamW}.
 *
 * @param excludeLayers matrices in whose path one of these regular expressions is found go by AdamW too
 * @param excludeEmbeddings whether matrices with {@code embedding} in their path do
 * @param muonA with muonB and muonC, the polynomial {@code a·x + b·x³ + c·x⁵} of a round
 * @param adamLrRatio the rate for AdamW, as a multiple
 * @param rmsRate how large a step of a matrix is, by its root mean square; null for as it comes
 */
public record Muon(
        @Key("adam_beta_1") double adamBeta1,
        @Key("adam_beta_2") double adamBeta2,
        @Nullable Double adamWeightDecay,
        double epsilon,
        @Nullable List<String> excludeLayers,
        boolean excludeEmbeddings,
        double muonA,
        double muonB,
        double muonC,
        double adamLrRatio,
        double momentum,
        int nsSteps,
        boolean nesterov,
        @Nullable Double rmsRate,
        @Inline OptimizerOptions options)
        implements UpdateRule {
    public static final Muon DEFAULTS = new Muon(
            0.9,
            0.999,
            0.004,
            1e-7,
            List.of(),
            true,
            3.4445,
            -4.775,
            2.0315,
            1,
            0.95,
            5,
            true,
            0.2,
            OptimizerOptions.of("muon", 0.001).withWeightDecay(0.004));

    @Override
    public List<Slot> slots(Weight weight) {
        return byAdam(weight) ? Moments.slots(weight) : List.of(Slot.zeros("momentum", weight.type()));
    }

    private boolean byAdam(Weight weight) {
        if (weight.type().shape().rank() != 2) return true;
        if (excludeEmbeddings && weight.path().toLowerCase(Locale.ROOT).contains("embedding")) return true;
        return excludeLayers != null
                && excludeLayers.stream()
                        .anyMatch(p -> Pattern.compile(p).matcher(weight.path()).find());
    }

    @Override
    public @Nullable Double weightDecay(Weight weight) {
        // Here, unlike elsewhere, Keras looks at the weight's own name.
        if (options.isExcludedFromWeightDecay(weight.name())) return null;
        return byAdam(weight) ? adamWeightDecay : options.weightDecay();
    }

    @Override
    public Update update(Step step, Weight weight, Value variable, Value gradient, List<Value> slots) {
        if (byAdam(weight)) {
            Step scaled = new Step(step.iteration(), step.learningRate().multiply(adamLrRatio), step.globals());
            return new Adam(adamBeta1, adamBeta2, epsilon, false, options)
                    .update(scaled, weight, variable, gradient, slots);
        }
        Value m = slots.get(0).add(gradient.add(slots.get(0).multiply(momentum - 1)));
        Value move = step.rate(variable).multiply(orthogonal(nesterov ? gradient.add(m.multiply(momentum)) : m));
        if (rmsRate != null) {
            Shape s = variable.shape();
            move = move.multiply(move.like(Math.max(s.dim(0), s.dim(1))).sqrt()).multiply(rmsRate);
        }
        return Update.of(variable.subtract(move), m);
    }

    /** A matrix with the same singular vectors, and singular values near 1. */
    private Value orthogonal(Value g) {
        boolean tall = g.shape().dim(0) > g.shape().dim(1);
        Value x = tall ? g.transpose(1, 0) : g;
        x = x.divide(x.square().sum(true).sqrt().add(1e-7));
        for (int i = 0; i < nsSteps; i++) {
            Value a = x.matMul(x, false, true);
            Value b = a.multiply(muonB).add(a.multiply(muonC).matMul(a));
            x = x.multiply(muonA).add(b.matMul(x));
        }
        return tall ? x.transpose(1, 0) : x;
    }
}
