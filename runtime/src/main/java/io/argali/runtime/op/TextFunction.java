package io.argali.runtime.op;

import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.List;

/**
 * A function with strings among its arguments or results. Text is rare and never hot, so these are open: each computes on whole tensors,
 * and is equal to another by value.
 */
public interface TextFunction {
    TensorType infer(List<TensorType> inputs);

    Tensor apply(List<Tensor> inputs);
}
