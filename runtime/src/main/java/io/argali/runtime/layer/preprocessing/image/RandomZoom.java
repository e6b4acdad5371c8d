package io.argali.runtime.layer.preprocessing.image;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Zooms images in or out. (batch, h, w, channels) → (batch, h, w, channels) */
public record RandomZoom(
        @Nullable Object heightFactor,
        @Nullable Object widthFactor,
        String fillMode,
        String interpolation,
        @Nullable Object seed,
        double fillValue,
        String dataFormat)
        implements Augmentation {
    public static final RandomZoom DEFAULTS =
            new RandomZoom(null, null, "reflect", "bilinear", null, 0, "channels_last");

    @Override
    public Value vary(Scope scope, Value images) {
        Value rows = Variation.of(heightFactor, -1).draw(scope, images).add(1);
        Value columns = widthFactor == null
                ? rows
                : Variation.of(widthFactor, -1).draw(scope, images).add(1);
        int[] size = Variation.size(images, dataFormat);
        Value none = Value.zeros(rows.type());
        return Variation.affine(
                images,
                List.of(
                        columns,
                        none,
                        columns.subtractFrom(1).multiply((size[1] - 1) / 2.0),
                        none,
                        rows,
                        rows.subtractFrom(1).multiply((size[0] - 1) / 2.0)),
                dataFormat,
                interpolation,
                fillMode,
                fillValue);
    }
}
