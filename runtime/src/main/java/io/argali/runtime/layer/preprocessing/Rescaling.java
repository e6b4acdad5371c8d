package io.argali.runtime.layer.preprocessing;

import io.argali.runtime.layer.PassesMask;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;

/**
 * {@code x · scale + offset}, in the layer's type. (…) → (…)
 *
 * @param scale a number, or one for each channel
 */
public record Rescaling(Object scale, Object offset) implements UnaryLayer, PassesMask {
    public static final Rescaling DEFAULTS = new Rescaling(1.0, 0.0);

    @Override
    public Value call(Scope scope, Value x) {
        Value scaled = x.cast(scope.computeType()).multiply(Numbers.value(scale, scope.computeType()));
        return scaled.add(Numbers.value(offset, scope.computeType()));
    }
}
