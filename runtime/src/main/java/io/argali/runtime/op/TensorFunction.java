package io.argali.runtime.op;

import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.List;

/**
 * A function of whole tensors that is no sum of the other operations: text, hashing, matrix decompositions. Such functions are rare and never
 * hot, so they are open: an implementation is a record, equal to another by value, that depends on nothing but its arguments.
 */
public interface TensorFunction {
    /**
     * The types of the results.
     *
     * @throws io.argali.runtime.tensor.ShapeException if the inputs do not fit
     */
    List<TensorType> infer(List<TensorType> inputs);

    List<Tensor> apply(List<Tensor> inputs);

    /** What errors call it. */
    default String name() {
        return getClass().getSimpleName();
    }

    /** The results for values of a graph. */
    default List<Value> on(Value... inputs) {
        return Node.of(new Op.Custom(this), List.of(inputs)).outputs();
    }
}
