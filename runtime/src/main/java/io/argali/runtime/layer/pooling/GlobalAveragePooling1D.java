package io.argali.runtime.layer.pooling;

import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.layer.Key;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.TakesMask;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The mean of every channel over its steps, of those that the mask keeps. (batch, steps, channels) → (batch, channels). */
public record GlobalAveragePooling1D(
        DataFormat dataFormat, @Key("keepdims") boolean keepDims) implements UnaryLayer, TakesMask {
    public static final GlobalAveragePooling1D DEFAULTS = new GlobalAveragePooling1D(DataFormat.CHANNELS_LAST, false);

    @Override
    public Value call(Scope scope, Value x) {
        Value mask = scope.mask();
        if (mask == null) return GlobalPooling.average(x, 1, dataFormat, keepDims);
        int steps = dataFormat.firstSpatialAxis();
        Value kept = mask.cast(DType.BOOL).expandDims(dataFormat.channelAxis(3));
        return kept.select(x, 0)
                .sum(keepDims, steps)
                .divide(kept.cast(x.dtype()).sum(keepDims, steps));
    }

    @Override
    public boolean supportsMasking() {
        return true;
    }

    /** The steps are gone, and with them the mask. */
    @Override
    public List<@Nullable Value> computeMask(Scope scope, List<Value> inputs, List<@Nullable Value> masks) {
        return Collections.singletonList(null);
    }
}
