package io.argali.runtime.layer.regularization;

import io.argali.runtime.layer.PassesMask;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * In training, sets a part of the elements to 0 and scales the others by {@code 1 / (1 - rate)}. Same shape. Srivastava et al., 2014.
 *
 * @param rate the part that becomes 0
 * @param noiseShape axes of length 1 share their fate; null is the input's own length
 */
public record Dropout(
        double rate,
        @Nullable List<@Nullable Integer> noiseShape,
        @Nullable Integer seed) implements UnaryLayer, PassesMask {
    public static final Dropout DEFAULTS = new Dropout(0.5, null, null);

    @Override
    public Value call(Scope scope, Value x) {
        return scope.training() ? Noise.drop(scope, x, rate, Noise.shape(x, noiseShape)) : x;
    }
}
