package io.argali.runtime.layer.preprocessing;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.layer.reshaping.Interpolation;
import io.argali.runtime.layer.reshaping.Resampling;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.ShapeException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Images in another size. (batch, h, w, channels) → (batch, height, width, channels); one image, without batch axis, as well.
 *
 * @param cropToAspectRatio whether to cut the image to the ratio first
 * @param padToAspectRatio whether to put {@code fillValue} around it to the ratio first
 */
public record Resizing(
        int height,
        int width,
        Interpolation interpolation,
        boolean cropToAspectRatio,
        boolean padToAspectRatio,
        String fillMode,
        double fillValue,
        boolean antialias,
        String dataFormat)
        implements UnaryLayer {
    public static final Resizing DEFAULTS =
            new Resizing(1, 1, Interpolation.BILINEAR, false, false, "constant", 0, false, "channels_last");

    @Override
    public Value call(Scope scope, Value x) {
        return resize(x.cast(scope.computeType()));
    }

    /** Resizes images; the result has their type, rounded where that is an integer type. */
    public Value resize(Value images) {
        if (images.rank() != 3 && images.rank() != 4)
            throw new ShapeException("expected images of rank 3 or 4, got " + images.type());
        Value batch = images.rank() == 3 ? images.expandDims(0) : images;
        boolean first = dataFormat.equals("channels_first");
        Value x = first ? batch.moveAxis(1, 3) : batch;
        if (cropToAspectRatio) x = cropped(x);
        else if (padToAspectRatio) x = padded(x);
        Value y = Resampling.resize(x, height, width, interpolation, antialias);
        if (first) y = y.moveAxis(3, 1);
        return images.rank() == 3 ? y.squeeze(0) : y;
    }

    /** The middle of an image that has the ratio. */
    private Value cropped(Value x) {
        int h = x.shape().dim(1), w = x.shape().dim(2);
        int cropHeight = Math.max(1, Math.min(h, (int) ((float) (w * height) / width)));
        int cropWidth = Math.max(1, Math.min(w, (int) ((float) (h * width) / height)));
        int top = (h - cropHeight) / 2, left = (w - cropWidth) / 2;
        return x.slice(1, top, top + cropHeight).slice(2, left, left + cropWidth);
    }

    /** The same amount on both sides, so that the ratio may be missed by a pixel. */
    private Value padded(Value x) {
        int h = x.shape().dim(1), w = x.shape().dim(2);
        int top = (Math.max(h, (int) ((float) (w * height) / width)) - h) / 2;
        int left = (Math.max(w, (int) ((float) (h * width) / height)) - w) / 2;
        List<Integer> around = new ArrayList<>(Collections.nCopies(4, 0));
        around.set(1, top);
        around.set(2, left);
        return x.pad(around, around, fillValue);
    }
}
