package io.argali.converters.tensorflow;

import static io.argali.converters.tensorflow.TfGraph.type;

import io.argali.converters.export.DynamicGraph;
import io.argali.converters.export.Length;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.TensorType;
import java.util.Arrays;
import java.util.List;

/** What a graph begins with. */
final class TfLeaves {
    private final TfNodes nodes;
    private final TfGraph out;
    private final DynamicGraph graph;

    TfLeaves(TfNodes nodes) {
        this.nodes = nodes;
        this.out = nodes.out;
        this.graph = nodes.graph();
    }

    String add(Node n, Op.Leaf l) {
        return switch (l) {
            case Op.Iota i -> {
                TensorType type = i.type();
                List<Length> shape = graph.shape(n.output(0));
                int[] d = new int[type.shape().rank()];
                Arrays.fill(d, 1);
                d[i.axis()] = -1;
                String row = nodes.cast(nodes.range(nodes.length(shape.get(i.axis()))), DType.INT32, type.dtype());
                yield out.node(
                        "BroadcastTo",
                        List.of(nodes.reshape(row, type.dtype(), out.ints(d)), nodes.vector(shape)),
                        type("T", type.dtype()),
                        type("Tidx", DType.INT32));
            }
            case Op.Constant c -> {
                if (graph.isFixed(n, m -> ((Op.Constant) m.op()).tensor()))
                    yield out.constant(n.origin().isEmpty() ? "constant" : n.origin() + "/constant", c.tensor());
                DType type = c.tensor().dtype();
                String number = nodes.length(graph.number(n));
                int[] ones = new int[c.tensor().shape().rank()];
                Arrays.fill(ones, 1);
                yield nodes.reshape(nodes.cast(number, DType.INT32, type), type, out.ints(ones));
            }
            case Op.Variable v -> nodes.variable(n, v);
            case Op.Random r ->
                out.node(
                        r.normal() ? "StatelessRandomNormal" : "StatelessRandomUniform",
                        List.of(nodes.vector(graph.shape(n.output(0))), nodes.input(n, 0)),
                        type("dtype", r.type().dtype()),
                        type("T", DType.INT32),
                        type("Tseed", DType.INT64));
            case Op.Parameter p -> throw new IllegalStateException("a parameter that is not bound: " + p);
        };
    }
}
