package io.argali.runtime.layer.regularization;

import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.layer.PassesMask;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import org.jspecify.annotations.Nullable;

/** {@link Dropout} of whole channels. (batch, depth, rows, columns, channels), same shape. Tompson et al., 2014. */
public record SpatialDropout3D(
        double rate, DataFormat dataFormat, @Nullable Integer seed) implements UnaryLayer, PassesMask {
    public static final SpatialDropout3D DEFAULTS = new SpatialDropout3D(0.5, DataFormat.CHANNELS_LAST, null);

    @Override
    public Value call(Scope scope, Value x) {
        if (!scope.training()) return x;
        return Noise.drop(scope, x, rate, Noise.channels(x, dataFormat));
    }
}
