package io.argali.runtime.layer.preprocessing.image;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import org.jspecify.annotations.Nullable;

/** Mirrors images. (batch, h, w, channels) → (batch, h, w, channels) */
public record RandomFlip(String mode, @Nullable Object seed, String dataFormat) implements Augmentation {
    public static final RandomFlip DEFAULTS = new RandomFlip("horizontal_and_vertical", null, "channels_last");

    @Override
    public Value vary(Scope scope, Value images) {
        int rows = Variation.rows(dataFormat);
        // One draw for both: an image is turned by half, or stays.
        Value flips =
                scope.random(false, Shape.of(images.shape().dim(0), 1, 1, 1)).lessEqual(0.5);
        Value y = images;
        if (mode.contains("horizontal")) y = flips.select(y.reverse(rows + 1), y);
        if (mode.contains("vertical")) y = flips.select(y.reverse(rows), y);
        return y;
    }
}
