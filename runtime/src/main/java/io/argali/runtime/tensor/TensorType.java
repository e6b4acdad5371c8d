package io.argali.runtime.tensor;

/** Element type and shape. */
public record TensorType(DType dtype, Shape shape) {
    public static TensorType of(DType dtype, int... dims) {
        return new TensorType(dtype, Shape.of(dims));
    }

    @Override
    public String toString() {
        return dtype.kerasName() + shape;
    }
}
