package io.argali.runtime.plan;

import io.argali.runtime.tensor.Tensor;
import java.util.List;

/** A graph made ready to run, from any thread. */
public interface Executable {
    /** Runs the graph on its parameters, in order, whose types must be the graph's. */
    Tensor[] run(List<Tensor> parameters);
}
