package io.argali.converters.onnx;

import io.argali.converters.export.DynamicGraph;
import io.argali.converters.export.Length;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.TensorType;
import java.util.List;

/** Constants, and numbers that count up. */
final class OnnxLeaves {
    private final OnnxNodes nodes;
    private final OnnxGraph out;
    private final DynamicGraph graph;

    OnnxLeaves(OnnxNodes nodes) {
        this.nodes = nodes;
        this.out = nodes.out;
        this.graph = nodes.graph();
    }

    void add(Node n, Op.Leaf l) {
        switch (l) {
            case Op.Iota i -> {
                TensorType type = i.type();
                List<Length> shape = graph.shape(n.output(0));
                String count = nodes.op("Squeeze", nodes.length(shape.get(i.axis())), out.longs(0));
                String places = nodes.op("Range", out.scalar(DType.INT64, 0), count, out.scalar(DType.INT64, 1));
                long[] d = new long[type.shape().rank()];
                java.util.Arrays.fill(d, 1);
                d[i.axis()] = -1;
                String row = nodes.op("Reshape", nodes.cast(places, DType.INT64, type.dtype()), out.longs(d));
                nodes.put(n, nodes.op("Expand", row, nodes.vector(shape)));
            }
            case Op.Constant c -> {
                if (graph.isFixed(n, m -> ((Op.Constant) m.op()).tensor())) {
                    nodes.put(n, nodes.constant(n, n.output(0)));
                    return;
                }
                String number = nodes.length(graph.number(n));
                String scalar = nodes.cast(number, DType.INT64, c.tensor().dtype());
                long[] ones = new long[c.tensor().shape().rank()];
                java.util.Arrays.fill(ones, 1);
                nodes.put(n, nodes.op("Reshape", scalar, out.longs(ones)));
            }
            case Op.Variable v -> nodes.put(n, nodes.constant(n, n.output(0)));
            case Op.Random r -> throw nodes.unsupported(n, "draws random numbers");
            case Op.Parameter p -> throw new IllegalStateException("a parameter that is not bound: " + p);
        }
    }
}
