package io.argali.runtime.plan;

import io.argali.runtime.op.Node;
import io.argali.runtime.op.TensorFunction;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Applies a function to whole tensors. */
record CustomStep(Node node, TensorFunction function, Buffer[] in, Buffer[] out) implements Step {
    @Override
    @SuppressWarnings("SuspiciousSystemArraycopy") // both are arrays of one kind
    public Runnable bind(Workspace w) {
        return () -> {
            List<Tensor> arguments = new ArrayList<>();
            for (int i = 0; i < in.length; i++) {
                Shape s = node.input(i).shape();
                Object copy = Tensor.newArray(in[i].dtype, in[i].size);
                System.arraycopy(in[i].array(w), in[i].offset(), copy, 0, in[i].size);
                arguments.add(Tensor.wrap(in[i].dtype, s, copy));
            }
            List<Tensor> results = function.apply(arguments);
            for (int i = 0; i < out.length; i++) {
                System.arraycopy(results.get(i).array(), 0, out[i].array(w), out[i].offset(), out[i].size);
            }
        };
    }
}
