package io.argali.runtime.layer.preprocessing.image;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rotates images. (batch, h, w, channels) → (batch, h, w, channels) */
public record RandomRotation(
        @Nullable Object factor,
        String fillMode,
        String interpolation,
        @Nullable Object seed,
        double fillValue,
        String dataFormat)
        implements Augmentation {
    public static final RandomRotation DEFAULTS =
            new RandomRotation(null, "reflect", "bilinear", null, 0, "channels_last");

    @Override
    public Value vary(Scope scope, Value images) {
        Value angle = Variation.of(factor, -1).draw(scope, images).multiply(2 * Math.PI);
        int[] size = Variation.size(images, dataFormat);
        double y = (size[0] - 1) / 2.0, x = (size[1] - 1) / 2.0;
        Value cos = angle.unary(UnaryFunction.COS), sin = angle.unary(UnaryFunction.SIN), minus = sin.multiply(-1);
        return Variation.affine(
                images,
                List.of(
                        cos,
                        minus,
                        cos.multiply(-x).add(sin.multiply(y)).add(x),
                        sin,
                        cos,
                        sin.multiply(-x).subtract(cos.multiply(y)).add(y)),
                dataFormat,
                interpolation,
                fillMode,
                fillValue);
    }
}
