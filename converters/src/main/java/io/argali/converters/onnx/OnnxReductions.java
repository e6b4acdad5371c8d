package io.argali.converters.onnx;

import static io.argali.converters.onnx.OnnxGraph.attribute;

import io.argali.converters.export.DynamicGraph;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.ReduceFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Folds, sums so far and sorts along axes. */
final class OnnxReductions {
    private final OnnxNodes nodes;
    private final OnnxGraph out;
    private final DynamicGraph graph;

    OnnxReductions(OnnxNodes nodes) {
        this.nodes = nodes;
        this.out = nodes.out;
        this.graph = nodes.graph();
    }

    void add(Node n, Op.Reduction r) {
        switch (r) {
            case Op.Reduce f -> reduce(n, f);
            case Op.ArgReduce a -> {
                DType type = n.input(0).dtype(), held = type == DType.BOOL ? DType.INT32 : OnnxNodes.common(type);
                String y = out.node(
                        a.max() ? "ArgMax" : "ArgMin",
                        List.of(nodes.cast(nodes.input(n, 0), type, held)),
                        attribute("axis", a.axis()),
                        attribute("keepdims", 0));
                nodes.put(n, nodes.cast(y, DType.INT64, DType.INT32));
            }
            case Op.Cumulative c -> nodes.put(n, cumulative(n, c));
            case Op.ArgSort s -> {
                DType type = n.input(0).dtype(), held = type == DType.BOOL ? DType.INT32 : OnnxNodes.common(type);
                String k = nodes.length(graph.shape(n.input(0)).get(s.axis()));
                String y = out.node(
                                "TopK",
                                List.of(nodes.cast(nodes.input(n, 0), type, held), k),
                                2,
                                attribute("axis", s.axis()),
                                attribute("largest", s.descending() ? 1 : 0),
                                attribute("sorted", 1))
                        .get(1);
                nodes.put(n, nodes.cast(y, DType.INT64, DType.INT32));
            }
        }
    }

    private void reduce(Node n, Op.Reduce f) {
        Value v = n.input(0);
        int rank = v.rank();
        // Without the channels last, the other axes are in the same order either way.
        boolean first = nodes.isFirst(v) && rank > 2 && (f.keepDims() || sameOrder(f.axes(), rank));
        List<Integer> axes = first
                ? f.axes().stream()
                        .map(a -> OnnxNodes.axisFirst(a, rank))
                        .sorted()
                        .toList()
                : f.axes();
        String y = fold(f.function(), first ? nodes.first(v) : nodes.get(v), v.dtype(), axes, f.keepDims());
        if (first && f.keepDims()) nodes.putFirst(n.output(0), y);
        else nodes.put(n, y);
    }

    private static boolean sameOrder(List<Integer> folded, int rank) {
        List<Integer> left = IntStream.range(0, rank)
                .filter(i -> !folded.contains(i))
                .boxed()
                .toList();
        List<Integer> places =
                left.stream().map(a -> OnnxNodes.axisFirst(a, rank)).toList();
        return places.equals(places.stream().sorted().toList());
    }

    String fold(ReduceFunction f, String x, DType type, List<Integer> axes, boolean keepDims) {
        DType held = type == DType.BOOL ? DType.INT32 : OnnxNodes.common(type);
        String name = switch (f) {
            case SUM -> "ReduceSum";
            case PRODUCT -> "ReduceProd";
            case MAX, ANY -> "ReduceMax";
            case MIN, ALL -> "ReduceMin";
        };
        String y = out.node(
                name,
                List.of(
                        nodes.cast(x, type, held),
                        out.longs(axes.stream().mapToLong(i -> i).toArray())),
                attribute("keepdims", keepDims ? 1 : 0));
        return nodes.cast(y, held, type);
    }

    private String cumulative(Node n, Op.Cumulative c) {
        DType type = n.input(0).dtype(), held = OnnxNodes.common(type);
        String x = nodes.cast(nodes.input(n, 0), type, held);
        if (c.function() == ReduceFunction.SUM) {
            String y = out.node(
                    "CumSum",
                    List.of(x, out.scalar(DType.INT64, c.axis())),
                    attribute("exclusive", c.exclusive() ? 1 : 0),
                    attribute("reverse", c.reverse() ? 1 : 0));
            return nodes.cast(y, held, type);
        }
        // Each element is a fold over the ones before it: (…, 1, n) where a mask (n, n) holds, folded over the last
        // axis.
        int rank = n.input(0).rank();
        List<Integer> last = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
        last.remove(Integer.valueOf(c.axis()));
        last.add(c.axis());
        String moved = out.node("Transpose", List.of(x), attribute("perm", last));
        String count = nodes.op("Squeeze", nodes.length(graph.shape(n.input(0)).get(c.axis())), out.longs(0));
        String places = nodes.op("Range", out.scalar(DType.INT64, 0), count, out.scalar(DType.INT64, 1));
        String rows = nodes.op("Unsqueeze", places, out.longs(1)),
                columns = nodes.op("Unsqueeze", places, out.longs(0));
        String mask = c.reverse()
                ? c.exclusive() ? nodes.op("Greater", columns, rows) : nodes.op("GreaterOrEqual", columns, rows)
                : c.exclusive() ? nodes.op("Less", columns, rows) : nodes.op("LessOrEqual", columns, rows);
        String masked = nodes.op(
                "Where", mask, nodes.op("Unsqueeze", moved, out.longs(rank - 1)), identity(c.function(), held));
        String folded = fold(c.function(), masked, held, List.of(rank), false);
        List<Integer> back = new ArrayList<>(Collections.nCopies(rank, 0));
        for (int i = 0; i < rank; i++) back.set(last.get(i), i);
        return nodes.cast(out.node("Transpose", List.of(folded), attribute("perm", back)), held, type);
    }

    private String identity(ReduceFunction f, DType type) {
        boolean floating = type.isFloating();
        return out.scalar(
                type,
                switch (f) {
                    case PRODUCT -> 1;
                    case MAX ->
                        floating ? Double.NEGATIVE_INFINITY : type == DType.INT32 ? Integer.MIN_VALUE : Long.MIN_VALUE;
                    case MIN ->
                        floating ? Double.POSITIVE_INFINITY : type == DType.INT32 ? Integer.MAX_VALUE : Long.MAX_VALUE;
                    default -> 0;
                });
    }
}
