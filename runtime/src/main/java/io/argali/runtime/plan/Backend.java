package io.argali.runtime.plan;

import io.argali.runtime.op.Graph;
import io.argali.runtime.tensor.Tensor;
import java.util.function.Function;

/** Something that can run a graph. */
public interface Backend {
    String name();

    /**
     * Prepares a graph.
     *
     * @param weights the value of each variable, by its path; asked for during this call only, and constant afterwards
     */
    Executable compile(Graph graph, Function<String, Tensor> weights);
}
