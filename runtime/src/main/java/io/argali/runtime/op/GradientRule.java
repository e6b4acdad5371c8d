package io.argali.runtime.op;

import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The first argument itself, with gradients by a rule of its own. A mark for whoever differentiates: plans leave it out. */
public interface GradientRule extends TensorFunction {
    /** The gradients by the inputs, of which null stands for none. */
    List<@Nullable Value> gradients(List<Value> inputs, Value dy);

    @Override
    default List<TensorType> infer(List<TensorType> inputs) {
        return List.of(inputs.get(0));
    }

    @Override
    default List<Tensor> apply(List<Tensor> inputs) {
        return List.of(inputs.get(0));
    }
}
