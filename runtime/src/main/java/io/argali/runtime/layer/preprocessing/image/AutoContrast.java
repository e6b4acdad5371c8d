package io.argali.runtime.layer.preprocessing.image;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import java.util.List;

/**
 * Stretches each channel of each image to the whole range of values; a channel of one value stays. (batch, h, w, channels) → (batch, h, w,
 * channels)
 */
public record AutoContrast(List<Double> valueRange) implements UnaryLayer {
    public static final AutoContrast DEFAULTS = new AutoContrast(List.of(0.0, 255.0));

    @Override
    public Value call(Scope scope, Value given) {
        Value x = given.cast(scope.computeType());
        Value bytes = ValueRange.toBytes(x, valueRange);
        Value low = bytes.min(true, 1, 2), high = bytes.max(true, 1, 2);
        Value scale = high.subtract(low).unary(UnaryFunction.RECIPROCAL).multiply(255);
        Value y = bytes.multiply(scale).subtract(low.multiply(scale)).maximum(0).minimum(255);
        Value r = ValueRange.fromBytes(y, valueRange);
        return r.unary(UnaryFunction.IS_NAN).select(x, r);
    }
}
