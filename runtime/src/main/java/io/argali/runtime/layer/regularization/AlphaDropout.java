package io.argali.runtime.layer.regularization;

import io.argali.runtime.layer.PassesMask;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * In training, sets a part of the elements to selu's lower bound and scales and shifts all, so that mean and variance stay. Same shape. Klambauer
 * et al., 2017.
 *
 * @param rate the part that is dropped
 * @param noiseShape axes of length 1 share their fate; null is the input's own length
 */
public record AlphaDropout(
        double rate,
        @Nullable List<@Nullable Integer> noiseShape,
        @Nullable Integer seed) implements UnaryLayer, PassesMask {
    public static final AlphaDropout DEFAULTS = new AlphaDropout(0.5, null, null);

    /** The value of selu at -∞. */
    private static final double BOUND = -1.6732632423543772 * 1.0507009873554805;

    @Override
    public Value call(Scope scope, Value x) {
        if (!scope.training() || rate == 0) return x;
        Value kept = scope.random(false, Noise.shape(x, noiseShape)).greaterEqual(rate);
        double scale = 1 / Math.sqrt((1 - rate) * (1 + rate * BOUND * BOUND));
        return kept.select(x, BOUND).multiply(scale).add(-scale * BOUND * rate);
    }
}
