package io.argali.runtime.layer.reshaping;

import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import java.util.List;

/**
 * Zeros around an image. (batch, rows, columns, channels), longer.
 *
 * @param padding one number for all sides, or for each axis one number or two
 */
public record ZeroPadding2D(List<List<Integer>> padding, DataFormat dataFormat) implements UnaryLayer {
    public static final ZeroPadding2D DEFAULTS = new ZeroPadding2D(List.of(List.of(1)), DataFormat.CHANNELS_LAST);

    @Override
    public Value call(Scope scope, Value x) {
        return Borders.of(padding, 2).pad(x, dataFormat);
    }
}
