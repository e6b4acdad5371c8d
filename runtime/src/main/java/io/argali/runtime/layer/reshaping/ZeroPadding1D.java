package io.argali.runtime.layer.reshaping;

import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import java.util.List;

/**
 * Zeros before and behind the steps. (batch, steps, channels), longer.
 *
 * @param padding one number for both sides, or two
 */
public record ZeroPadding1D(List<Integer> padding, DataFormat dataFormat) implements UnaryLayer {
    public static final ZeroPadding1D DEFAULTS = new ZeroPadding1D(List.of(1), DataFormat.CHANNELS_LAST);

    @Override
    public Value call(Scope scope, Value x) {
        return Borders.of(padding).pad(x, dataFormat);
    }
}
