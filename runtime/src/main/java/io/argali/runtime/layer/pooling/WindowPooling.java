package io.argali.runtime.layer.pooling;

import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.layer.Padding;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.Spatial;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.ShapeException;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the poolings over windows share (keras/src/layers/pooling/base_pooling.py). */
interface WindowPooling extends UnaryLayer {
    /** The number of spatial axes. */
    int spatialRank();

    /** Whether the greatest element is taken; otherwise the average. */
    boolean isMax();

    List<Integer> poolSize();

    /** Null for the pool size. */
    @Nullable
    List<Integer> strides();

    Padding padding();

    DataFormat dataFormat();

    @Override
    default Value call(Scope scope, Value input) {
        int rank = spatialRank();
        if (input.rank() != rank + 2)
            throw new ShapeException("expected an input of rank " + (rank + 2) + ", got " + input.type());
        Value x = dataFormat().toChannelsLast(input);
        List<Integer> size = Spatial.perAxis(poolSize(), rank), strides = strides();
        List<Integer> steps = strides == null ? size : Spatial.perAxis(strides, rank);
        DType type = x.dtype();
        Value pooled = (type.isFloating() ? x : x.cast(DType.FLOAT64))
                .pool(isMax(), size, Spatial.window(x.shape(), size, steps, Collections.nCopies(rank, 1), padding()));
        return dataFormat().fromChannelsLast(pooled.cast(type));
    }
}
