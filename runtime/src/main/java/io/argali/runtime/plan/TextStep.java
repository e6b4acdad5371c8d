package io.argali.runtime.plan;

import io.argali.runtime.op.Node;
import io.argali.runtime.op.TextFunction;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Applies a function of strings to whole tensors. */
record TextStep(Node node, TextFunction function, Buffer[] in, Buffer out) implements Step {
    @Override
    public Runnable bind(Workspace w) {
        return () -> {
            List<Tensor> arguments = new ArrayList<>();
            for (int i = 0; i < in.length; i++) {
                Shape s = node.input(i).shape();
                Object copy = Tensor.newArray(in[i].dtype, in[i].size);
                System.arraycopy(in[i].array(w), in[i].offset(), copy, 0, in[i].size);
                arguments.add(Tensor.wrap(in[i].dtype, s, copy));
            }
            Tensor r = function.apply(arguments);
            System.arraycopy(r.array(), 0, out.array(w), out.offset(), out.size);
        };
    }
}
