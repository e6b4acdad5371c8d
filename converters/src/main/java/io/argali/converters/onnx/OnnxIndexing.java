package io.argali.converters.onnx;

import static io.argali.converters.onnx.OnnxGraph.attribute;

import io.argali.converters.export.DynamicGraph;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Elements picked by their places, and added up at them. */
final class OnnxIndexing {
    private final OnnxNodes nodes;
    private final OnnxGraph out;
    private final DynamicGraph graph;

    OnnxIndexing(OnnxNodes nodes) {
        this.nodes = nodes;
        this.out = nodes.out;
        this.graph = nodes.graph();
    }

    void add(Node n, Op.Indexing i) {
        switch (i) {
            case Op.Gather g -> nodes.put(n, gather(n, g));
            case Op.ScatterAdd s -> {
                DType type = n.output(0).dtype(), held = OnnxNodes.common(type);
                String zeros = nodes.op("Expand", out.scalar(held, 0), nodes.vector(graph.shape(n.output(0))));
                String rows = nodes.op(
                        "Unsqueeze",
                        nodes.cast(nodes.input(n, 0), n.input(0).dtype(), DType.INT64),
                        out.longs(n.input(0).rank()));
                nodes.put(
                        n,
                        nodes.cast(
                                out.node(
                                        "ScatterND",
                                        List.of(zeros, rows, nodes.cast(nodes.input(n, 1), type, held)),
                                        attribute("reduction", "add")),
                                held,
                                type));
            }
        }
    }

    private String gather(Node n, Op.Gather g) {
        DType at = n.input(1).dtype();
        String indices = at == DType.INT32 || at == DType.INT64
                ? nodes.input(n, 1)
                : nodes.cast(nodes.input(n, 1), at, DType.INT64);
        if (g.batchDims() == 0)
            return out.node("Gather", List.of(nodes.input(n, 0), indices), attribute("axis", g.axis()));
        Value x = n.input(0);
        int rank = x.rank(), b = g.batchDims(), own = n.input(1).rank() - b, between = g.axis() - b;
        // The picked axis comes right behind the batch's; what was in between goes back before the picked elements.
        List<Integer> p = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
        p.remove(g.axis());
        p.add(b, g.axis());
        String moved = between == 0 ? nodes.get(x) : out.node("Transpose", List.of(nodes.get(x)), attribute("perm", p));
        String places = nodes.op(
                "Unsqueeze",
                at == DType.INT32 ? nodes.cast(indices, DType.INT32, DType.INT64) : indices,
                out.longs(n.input(1).rank()));
        String y = out.node("GatherND", List.of(moved, places), attribute("batch_dims", b));
        if (between == 0) return y;
        List<Integer> back = new ArrayList<>(IntStream.range(0, b).boxed().toList());
        for (int k = 0; k < between; k++) back.add(b + own + k);
        for (int k = 0; k < own; k++) back.add(b + k);
        for (int k = b + own + between; k < n.output(0).rank(); k++) back.add(k);
        return out.node("Transpose", List.of(y), attribute("perm", back));
    }
}
