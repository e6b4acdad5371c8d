package io.argali.runtime.model;

import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;

/** A model's input as it was declared; unknown lengths are {@link Shape#UNKNOWN}. */
public record InputSpec(String name, DType dtype, Shape shape, boolean optional) {
    @Override
    public String toString() {
        return name + " " + dtype.kerasName() + shape;
    }
}
