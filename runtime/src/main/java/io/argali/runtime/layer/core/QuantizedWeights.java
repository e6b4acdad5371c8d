package io.argali.runtime.layer.core;

import io.argali.runtime.layer.Initializer;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import java.util.List;

/** Weights of few bits, and what they stand for (keras/src/quantizers/quantizers.py). */
final class QuantizedWeights {
    static final Initializer ZEROS = new Initializer.Zeros();

    private QuantizedWeights() {}

    /** A scale, in the compute type. */
    static Value scale(Scope scope, String name, Shape shape) {
        return scope.frozen(name, scope.variableType(), shape, new Initializer.Ones())
                .cast(scope.computeType());
    }

    /** A weight of 4 bits as it is stored: of an axis, two neighbours in each byte. */
    static Value packed(Scope scope, String name, Shape shape, int axis) {
        return scope.frozen(name, DType.INT8, shape.with(axis, (shape.dim(axis) + 1) / 2), ZEROS);
    }

    /** Numbers of 4 bits out of bytes; the first of two neighbours is in the lower half. */
    static Value unpacked(Value bytes, int axis, int length, boolean signed) {
        Value b = bytes.cast(DType.INT32);
        Value low = nibble(b, signed), high = nibble(b.binary(BinaryFunction.SHIFT_RIGHT, 4), signed);
        Shape s = bytes.shape();
        return Value.stack(axis + 1, List.of(low, high))
                .reshape(s.with(axis, 2 * s.dim(axis)))
                .slice(axis, 0, length)
                .cast(bytes.dtype());
    }

    private static Value nibble(Value bits, boolean signed) {
        Value low = bits.binary(BinaryFunction.BITWISE_AND, 15);
        return signed ? low.binary(BinaryFunction.BITWISE_XOR, 8).subtract(8) : low;
    }

    /** How many groups rows are in, of which each has a scale. */
    static int groups(int rows, int size) {
        return size == -1 ? 1 : (rows + size - 1) / size;
    }

    /** The number of each row's group. */
    static Value groupOfEach(Scope scope, int rows) {
        // Keras casts it to the compute type like any other weight, which half precision rounds.
        return scope.frozen("g_idx", DType.FLOAT32, Shape.of(rows), ZEROS)
                .cast(scope.computeType())
                .cast(DType.INT32);
    }

    /** {@code (weight - zero) · scale}, of the group that each place on an axis belongs to. */
    static Value inGroups(Value weight, Value scale, Value zero, Value group, int axis) {
        Value perPlace = scale.gather(group, axis);
        return weight.cast(scale.dtype())
                .subtract(zero.gather(group, axis).cast(scale.dtype()))
                .multiply(perPlace);
    }
}
