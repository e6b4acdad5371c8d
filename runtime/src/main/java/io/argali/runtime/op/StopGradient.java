package io.argali.runtime.op;

import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.List;

/** The argument itself, through which no gradient flows. A mark for gradients: plans leave it out. */
public record StopGradient() implements TensorFunction {
    /** The value, as a constant to whoever differentiates. */
    public static Value of(Value x) {
        return new StopGradient().on(x).get(0);
    }

    /** {@code value}, with the gradients of {@code like}, which is a finite formula of its shape. */
    public static Value of(Value value, Value like) {
        return of(value).add(like.subtract(of(like)));
    }

    @Override
    public List<TensorType> infer(List<TensorType> inputs) {
        return List.of(inputs.get(0));
    }

    @Override
    public List<Tensor> apply(List<Tensor> inputs) {
        return List.of(inputs.get(0));
    }
}
