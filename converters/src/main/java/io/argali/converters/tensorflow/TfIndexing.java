package io.argali.converters.tensorflow;

import static io.argali.converters.tensorflow.TfGraph.type;

import io.argali.converters.export.DynamicGraph;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.tensor.DType;
import java.util.List;

/** Elements picked, or added up, by their numbers. */
final class TfIndexing {
    private final TfNodes nodes;
    private final TfGraph out;
    private final DynamicGraph graph;

    TfIndexing(TfNodes nodes) {
        this.nodes = nodes;
        this.out = nodes.out;
        this.graph = nodes.graph();
    }

    String add(Node n, Op.Indexing i) {
        return switch (i) {
            case Op.Gather g -> {
                DType at = n.input(1).dtype(), held = at == DType.INT64 || at == DType.INT32 ? at : DType.INT64;
                yield nodes.gather(
                        nodes.input(n, 0),
                        n.input(0).dtype(),
                        nodes.cast(nodes.input(n, 1), at, held),
                        held,
                        g.axis(),
                        g.batchDims());
            }
            case Op.ScatterAdd s -> {
                DType at = n.input(0).dtype(), type = n.output(0).dtype(), held = TfNodes.common(type);
                String rows = nodes.expand(
                        nodes.cast(nodes.input(n, 0), at, DType.INT32),
                        DType.INT32,
                        n.input(0).rank());
                String y = out.node(
                        "ScatterNd",
                        List.of(
                                rows,
                                nodes.cast(nodes.input(n, 1), type, held),
                                nodes.vector(graph.shape(n.output(0)))),
                        type("T", held),
                        type("Tindices", DType.INT32));
                yield nodes.cast(y, held, type);
            }
        };
    }
}
