package io.argali.runtime.layer.reshaping;

import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import java.util.List;

/**
 * Takes off the border of an image. (batch, rows, columns, channels), shorter.
 *
 * @param cropping one number for all sides, or for each axis one number or two
 */
public record Cropping2D(List<List<Integer>> cropping, DataFormat dataFormat) implements UnaryLayer {
    public static final Cropping2D DEFAULTS = new Cropping2D(List.of(List.of(0)), DataFormat.CHANNELS_LAST);

    @Override
    public Value call(Scope scope, Value x) {
        return Borders.of(cropping, 2).crop(x, dataFormat);
    }
}
