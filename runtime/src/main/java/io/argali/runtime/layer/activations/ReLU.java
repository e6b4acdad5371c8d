package io.argali.runtime.layer.activations;

import io.argali.runtime.layer.Activations;
import io.argali.runtime.layer.PassesMask;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import org.jspecify.annotations.Nullable;

/**
 * Rectifier: {@code maxValue} above it, {@code x} above the threshold, and {@code negativeSlope · (x - threshold)} below. Same shape.
 *
 * @param maxValue null for no bound
 */
public record ReLU(@Nullable Double maxValue, double negativeSlope, double threshold)
        implements UnaryLayer, PassesMask {
    public static final ReLU DEFAULTS = new ReLU(null, 0, 0);

    @Override
    public Value call(Scope scope, Value x) {
        if (negativeSlope != 0 && maxValue == null && threshold == 0) return Activations.leakyRelu(x, negativeSlope);
        Value y = threshold != 0 ? x.greater(threshold).select(x, 0) : x.relu();
        if (maxValue != null) y = y.maximum(0).minimum(maxValue);
        return negativeSlope == 0
                ? y
                : y.subtract(x.negate().add(threshold).relu().multiply(negativeSlope));
    }
}
