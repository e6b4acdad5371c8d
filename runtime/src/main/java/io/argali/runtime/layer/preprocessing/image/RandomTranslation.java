package io.argali.runtime.layer.preprocessing.image;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Moves images. (batch, h, w, channels) → (batch, h, w, channels) */
public record RandomTranslation(
        @Nullable Object heightFactor,
        @Nullable Object widthFactor,
        String fillMode,
        String interpolation,
        @Nullable Object seed,
        double fillValue,
        String dataFormat)
        implements Augmentation {
    public static final RandomTranslation DEFAULTS =
            new RandomTranslation(null, null, "reflect", "bilinear", null, 0, "channels_last");

    @Override
    public Value vary(Scope scope, Value images) {
        int[] size = Variation.size(images, dataFormat);
        Value down = Variation.of(heightFactor, -1).draw(scope, images).multiply(-size[0]);
        Value right = Variation.of(widthFactor, -1).draw(scope, images).multiply(-size[1]);
        Value none = Value.zeros(down.type()), one = none.add(1);
        return Variation.affine(
                images, List.of(one, none, right, none, one, down), dataFormat, interpolation, fillMode, fillValue);
    }
}
