package io.argali.runtime.layer.normalization;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/** What the normalizations share. They compute in float32 at least. */
record Moments(Value mean, Value variance) {
    /** Mean and variance over some axes, which stay with length 1. */
    static Moments of(Value x, int... axes) {
        Value mean = x.mean(true, axes);
        return new Moments(mean, x.subtract(mean).square().mean(true, axes));
    }

    /** What Keras computes in. */
    static DType wide(DType t) {
        return t == DType.FLOAT64 ? t : DType.FLOAT32;
    }

    /** A weight over some axes of x, shaped to meet them. */
    static Value spread(Value weight, Shape x, int... axes) {
        int[] d = new int[x.rank()];
        Arrays.fill(d, 1);
        for (int a : axes) d[x.axis(a)] = x.dim(a);
        return weight.reshape(Shape.of(d));
    }

    /** As Keras sorts them: as they are written, before negative ones are resolved. */
    static int[] sorted(List<Integer> axes) {
        return axes.stream().mapToInt(Integer::intValue).sorted().toArray();
    }

    static Shape lengths(Shape x, int... axes) {
        return Shape.of(Arrays.stream(axes).map(x::dim).toArray());
    }
}
