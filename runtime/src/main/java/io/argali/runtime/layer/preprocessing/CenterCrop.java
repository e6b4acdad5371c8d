package io.argali.runtime.layer.preprocessing;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.layer.reshaping.Interpolation;
import io.argali.runtime.op.Value;

/**
 * The middle of images; one that is too small is resized to its ratio's best cut instead. (batch, h, w, channels) → (batch, height, width,
 * channels)
 */
public record CenterCrop(int height, int width, String dataFormat) implements UnaryLayer {
    public static final CenterCrop DEFAULTS = new CenterCrop(1, 1, "channels_last");

    @Override
    public Value call(Scope scope, Value given) {
        Value x = given.cast(scope.computeType());
        int h = dataFormat.equals("channels_first") ? x.rank() - 2 : x.rank() - 3, w = h + 1;
        int top = x.shape().dim(h) - height, left = x.shape().dim(w) - width;
        if (top < 0 || left < 0) {
            return new Resizing(height, width, Interpolation.BILINEAR, true, false, "constant", 0, false, dataFormat)
                    .resize(x);
        }
        return x.slice(h, top / 2, top / 2 + height).slice(w, left / 2, left / 2 + width);
    }
}
