package io.argali.runtime.layer.preprocessing.image;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Varies how far values are from their mean. (batch, h, w, channels) → (batch, h, w, channels) */
public record RandomContrast(
        @Nullable Object factor,
        List<Double> valueRange,
        @Nullable Object seed) implements Augmentation {
    public static final RandomContrast DEFAULTS = new RandomContrast(null, List.of(0.0, 255.0), null);

    @Override
    public Value vary(Scope scope, Value images) {
        Variation f = Variation.of(factor, 0);
        Value by = new Variation(1 - f.lower(), 1 + f.upper())
                .draw(scope, Shape.of(images.shape().dim(0), 1, 1, 1));
        Value mean = images.mean(true, 1, 2);
        Value y = images.subtract(mean).multiply(by.cast(images.dtype())).add(mean);
        return y.maximum(valueRange.get(0)).minimum(valueRange.get(1));
    }
}
