package io.argali.runtime.layer.preprocessing.image;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Adds a random number to images. (batch, h, w, channels) → (batch, h, w, channels) */
public record RandomBrightness(
        @Nullable Object factor,
        List<Double> valueRange,
        @Nullable Object seed) implements Augmentation {
    public static final RandomBrightness DEFAULTS = new RandomBrightness(null, List.of(0.0, 255.0), null);

    @Override
    public Value vary(Scope scope, Value images) {
        double low = valueRange.get(0), high = valueRange.get(1);
        Value by = Variation.of(factor, -1).draw(scope, Shape.of(images.shape().dim(0), 1, 1, 1));
        return images.add(by.multiply(high - low).cast(images.dtype()))
                .maximum(low)
                .minimum(high);
    }
}
