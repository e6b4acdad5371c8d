package io.argali.runtime.layer.reshaping;

import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.Spatial;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.ShapeException;
import java.util.List;

/** Each element of a volume repeated along each axis. (batch, depth, rows, columns, channels), each spatial axis {@code size} times as long. */
public record UpSampling3D(List<Integer> size, DataFormat dataFormat) implements UnaryLayer {
    public static final UpSampling3D DEFAULTS = new UpSampling3D(List.of(2), DataFormat.CHANNELS_LAST);

    @Override
    public Value call(Scope scope, Value x) {
        if (x.rank() != 5) throw new ShapeException("expected an input of rank 5, got " + x.type());
        List<Integer> factors = Spatial.perAxis(size, 3);
        Value y = x;
        for (int i = 0; i < 3; i++) y = y.repeat(dataFormat.firstSpatialAxis() + i, factors.get(i));
        return y;
    }
}
