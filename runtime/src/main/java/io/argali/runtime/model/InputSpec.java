package io.argali.runtime.model;

import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;

/**
 * A model's input as it was declared; unknown lengths are {@link Shape#UNKNOWN}.
 *
 * @param anyRank whether it takes tensors of any shape, as a function may; the one here stands in for them
 */
public record InputSpec(String name, DType dtype, Shape shape, boolean optional, boolean anyRank) {
    public InputSpec(String name, DType dtype, Shape shape, boolean optional) {
        this(name, dtype, shape, optional, false);
    }

    public static InputSpec ofAnyRank(String name, DType dtype) {
        return new InputSpec(name, dtype, Shape.of(Shape.UNKNOWN), false, true);
    }

    @Override
    public String toString() {
        return name + " " + dtype.kerasName() + (anyRank ? " of any shape" : shape);
    }
}
