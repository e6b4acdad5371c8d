package io.argali.runtime.plan;

import io.argali.runtime.op.Graph;
import io.argali.runtime.tensor.Tensor;
import java.util.function.Function;

/** Something that can run graphs. */
public interface Backend {
    String name();

    /** A compiler for the graphs of one set of weights; what it derives from the weights is shared by all the graphs. */
    Compiler compiler(Function<String, Tensor> weights);

    /** Makes graphs ready to run. */
    interface Compiler {
        /**
         * Makes a graph ready to run on {@link States}. The weights are constants of the result.
         *
         * @param states how many of the last parameters are states, whose new values are as many of the last outputs
         */
        Executable compile(Graph graph, int states);

        default Executable compile(Graph graph) {
            return compile(graph, 0);
        }
    }
}
