package io.argali.converters.tensorflow;

import io.argali.converters.UnsupportedModelException;
import io.argali.converters.export.DynamicGraph;
import io.argali.converters.export.Folding;
import io.argali.loader.protobuf.GraphDef;
import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A graph of known shapes as a graph of TensorFlow. Integers that TensorFlow Java has no tensors of go in and come out as wider ones: int32 for
 * int8 and int16, int64 for uint32 and uint64.
 *
 * @param inputs the placeholders of its parameters, in order
 * @param outputs the nodes of its outputs, in order
 */
public record TensorFlowGraph(GraphDef graph, List<String> inputs, List<String> outputs) {
    /**
     * Writes a graph, its weights as constants.
     *
     * @param functions what the names of its functions begin with; graphs of one session need different ones
     * @throws UnsupportedModelException if TensorFlow has no operation for parts of it; the message names them all
     */
    public static TensorFlowGraph of(Graph graph, Function<String, Tensor> weights, String functions) {
        DynamicGraph shapes = DynamicGraph.of(graph);
        TfGraph out = TfGraph.graph(functions);
        TfNodes nodes = new TfNodes(
                out, shapes, new Folding(shapes, weights), v -> out.constant(v.path(), weights.apply(v.path())));
        List<String> inputs = new ArrayList<>(), outputs = new ArrayList<>();
        for (Value p : graph.parameters()) {
            DType held = held(p.dtype());
            String name = out.add(
                    "Placeholder",
                    "input",
                    List.of(),
                    TfGraph.type("dtype", held),
                    TfGraph.shape("shape", TfGraph.shape(p.shape())));
            inputs.add(name);
            nodes.bind(p, nodes.cast(name, held, p.dtype()));
        }
        List<String> made = nodes.add(graph);
        if (!nodes.problems().isEmpty())
            throw UnsupportedModelException.of(
                    "the TensorFlow backend", nodes.problems(), "Run it on the SIMD kernels.");
        for (int i = 0; i < made.size(); i++) {
            DType type = graph.outputs().get(i).dtype(), held = held(type);
            outputs.add(out.add(
                    "Identity", "output", List.of(nodes.cast(made.get(i), type, held)), TfGraph.type("T", held)));
        }
        return new TensorFlowGraph(out.graphDef().build(), List.copyOf(inputs), List.copyOf(outputs));
    }

    /** The type in which elements go in and come out. */
    public static DType held(DType t) {
        return switch (t) {
            case FLOAT8_E4M3FN, FLOAT8_E5M2 -> DType.FLOAT32;
            case INT8, INT16 -> DType.INT32;
            case UINT32, UINT64 -> DType.INT64;
            default -> t;
        };
    }
}
