package io.argali.runtime.layer.reshaping;

import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.Spatial;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.ShapeException;
import java.util.List;

/** An image made larger. (batch, rows, columns, channels) → (batch, rows · size, columns · size, channels). */
public record UpSampling2D(List<Integer> size, DataFormat dataFormat, Interpolation interpolation)
        implements UnaryLayer {
    public static final UpSampling2D DEFAULTS =
            new UpSampling2D(List.of(2), DataFormat.CHANNELS_LAST, Interpolation.NEAREST);

    @Override
    public Value call(Scope scope, Value input) {
        if (input.rank() != 4) throw new ShapeException("expected an input of rank 4, got " + input.type());
        Value x = dataFormat.toChannelsLast(input);
        List<Integer> factors = Spatial.perAxis(size, 2);
        if (interpolation == Interpolation.NEAREST) {
            x = x.repeat(1, factors.get(0)).repeat(2, factors.get(1));
        } else {
            int rows = x.shape().dim(1) * factors.get(0), columns = x.shape().dim(2) * factors.get(1);
            x = Resampling.resize(x, rows, columns, interpolation, false);
        }
        return dataFormat.fromChannelsLast(x);
    }
}
