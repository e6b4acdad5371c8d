package io.argali.runtime.layer.preprocessing.image;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.preprocessing.Resizing;
import io.argali.runtime.layer.reshaping.Interpolation;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import org.jspecify.annotations.Nullable;

/** Cuts images to a size in training; Keras leaves them whole otherwise, whatever their size. (batch, h, w, channels) → (batch, h, w, channels) */
public record RandomCrop(int height, int width, @Nullable Object seed, String dataFormat) implements Augmentation {
    public static final RandomCrop DEFAULTS = new RandomCrop(1, 1, null, "channels_last");

    @Override
    public Value vary(Scope scope, Value images) {
        int rows = Variation.rows(dataFormat);
        int[] size = Variation.size(images, dataFormat);
        if (size[0] <= height || size[1] <= width) {
            int h = Math.max(Math.min(size[0], size[1] * height / width), 1),
                    w = Math.max(Math.min(size[1], size[0] * width / height), 1);
            int top = (size[0] - h) / 2, left = (size[1] - w) / 2;
            Value cut = images.slice(rows, top, Math.min(top + height, size[0]))
                    .slice(rows + 1, left, Math.min(left + width, size[1]));
            Interpolation bilinear = Interpolation.BILINEAR;
            return new Resizing(height, width, bilinear, false, false, "constant", 0, false, dataFormat)
                    .resize(cut)
                    .cast(images.dtype());
        }
        return cut(scope, cut(scope, images, rows, height), rows + 1, width);
    }

    private static Value cut(Scope scope, Value images, int axis, int length) {
        int places = images.shape().dim(axis) - length + 1;
        Value first = scope.random(false, Shape.SCALAR).multiply(places).cast(DType.INT32);
        return images.gather(Value.iota(DType.INT32, Shape.of(length), 0).add(first), axis);
    }
}
