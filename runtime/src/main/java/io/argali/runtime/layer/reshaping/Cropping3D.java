package io.argali.runtime.layer.reshaping;

import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import java.util.List;

/**
 * Takes off the border of a volume. (batch, depth, rows, columns, channels), shorter.
 *
 * @param cropping one number for all sides, or for each axis one number or two
 */
public record Cropping3D(List<List<Integer>> cropping, DataFormat dataFormat) implements UnaryLayer {
    public static final Cropping3D DEFAULTS = new Cropping3D(List.of(List.of(1)), DataFormat.CHANNELS_LAST);

    @Override
    public Value call(Scope scope, Value x) {
        return Borders.of(cropping, 3).crop(x, dataFormat);
    }
}
