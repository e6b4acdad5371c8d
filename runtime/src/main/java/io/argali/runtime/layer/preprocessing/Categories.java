package io.argali.runtime.layer.preprocessing;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import org.jspecify.annotations.Nullable;

/** Category numbers as vectors (keras/src/utils/numerical_utils.py, encode_categorical_inputs). */
final class Categories {
    private Categories() {}

    /** What becomes of numbers. */
    enum Mode {
        INT,
        ONE_HOT,
        MULTI_HOT,
        COUNT,
        TF_IDF;

        static Mode of(String name) {
            return switch (name) {
                case "binary" -> MULTI_HOT;
                case "tf-idf" -> TF_IDF;
                default -> valueOf(name.toUpperCase(java.util.Locale.ROOT));
            };
        }
    }

    /**
     * Encodes numbers; those outside {@code [0, depth)} leave no trace.
     *
     * @param weights what each number counts, instead of 1
     */
    static Value encode(Value numbers, Mode mode, int depth, DType type, @Nullable Value weights) {
        if (mode == Mode.INT) return numbers.cast(type);
        Value x = numbers.rank() == 0 ? numbers.expandDims(0) : numbers;
        if (mode == Mode.ONE_HOT)
            return oneHot(x.rank() > 1 && x.shape().last() == 1 ? x.squeeze(-1) : x, depth)
                    .cast(type);
        int axis = x.rank() > 1 ? 1 : 0;
        Value hot = oneHot(x, depth);
        if (mode == Mode.MULTI_HOT) return hot.any(false, axis).cast(type);
        if (weights == null) return hot.cast(type).sum(false, axis);
        return hot.cast(weights.dtype())
                .multiply(weights.expandDims(-1))
                .sum(false, axis)
                .cast(type);
    }

    private static Value oneHot(Value x, int depth) {
        Value i = x.dtype() == DType.INT64 ? x : x.cast(DType.INT64);
        return i.expandDims(-1).equal(Value.iota(DType.INT64, Shape.of(depth), 0));
    }
}
