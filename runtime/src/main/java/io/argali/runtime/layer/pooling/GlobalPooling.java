package io.argali.runtime.layer.pooling;

import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.ShapeException;

/** What the poolings over everything share (keras/src/layers/pooling/base_global_pooling.py). */
final class GlobalPooling {
    private GlobalPooling() {}

    static Value max(Value x, int spatialRank, DataFormat format, boolean keepDims) {
        return x.max(keepDims, axes(x, spatialRank, format));
    }

    /** The mean; in float32 at least, as Keras takes it. */
    static Value average(Value x, int spatialRank, DataFormat format, boolean keepDims) {
        DType type = x.dtype().isFloating() ? x.dtype() : DType.FLOAT32;
        return x.cast(type == DType.FLOAT64 ? type : DType.FLOAT32)
                .mean(keepDims, axes(x, spatialRank, format))
                .cast(type);
    }

    private static int[] axes(Value x, int spatialRank, DataFormat format) {
        if (x.rank() != spatialRank + 2)
            throw new ShapeException("expected an input of rank " + (spatialRank + 2) + ", got " + x.type());
        return format.spatialAxes(x.rank());
    }
}
