package io.argali.runtime.plan;

import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.List;

/** A plan inside another's step, with arrays of its own for its parameters. */
final class SubPlan {
    final Plan.Lease lease;
    final Object[] parameters;

    SubPlan(Plan plan) {
        List<TensorType> types = plan.parameterTypes();
        parameters = new Object[types.size()];
        for (int i = 0; i < parameters.length; i++) {
            TensorType t = types.get(i);
            parameters[i] = t.dtype() == DType.STRING
                    ? new String[t.shape().size()]
                    : Tensor.newArray(t.dtype(), t.shape().size());
        }
        lease = plan.open(parameters);
    }

    /** Copies a buffer of the outer plan into a parameter. */
    void load(int parameter, Buffer from, Workspace w) {
        System.arraycopy(from.array(w), from.offset(), parameters[parameter], 0, from.size);
    }

    /** Copies an output into a buffer of the outer plan. */
    void store(int output, Buffer to, Workspace w) {
        lease.copyOutput(output, to.array(w), to.offset());
    }
}
