package io.argali.runtime.layer.reshaping;

import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import java.util.List;

/**
 * Takes off the first and last steps. (batch, steps, channels), shorter.
 *
 * @param cropping one number for both sides, or two
 */
public record Cropping1D(List<Integer> cropping) implements UnaryLayer {
    public static final Cropping1D DEFAULTS = new Cropping1D(List.of(1));

    @Override
    public Value call(Scope scope, Value x) {
        return Borders.of(cropping).crop(x, DataFormat.CHANNELS_LAST);
    }
}
