package io.argali.runtime.layer.preprocessing;

import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/** Casts of images. */
final class Saturation {
    private Saturation() {}

    /** Floating values in another type: rounded, and cut where the type ends, if that is an integer type. */
    static Value cast(Value x, DType to) {
        if (!to.isInteger() || !x.dtype().isFloating()) return x.cast(to);
        int bits = to.bytes() * 8;
        double low = to.isUnsigned() ? 0 : -Math.scalb(1.0, bits - 1);
        double high = Math.scalb(1.0, to.isUnsigned() ? bits : bits - 1) - 1;
        // The greatest float that is not above the type's end.
        double end = (float) high > high ? Math.nextDown((float) high) : high;
        return x.unary(UnaryFunction.ROUND).maximum(low).minimum(end).cast(to);
    }
}
