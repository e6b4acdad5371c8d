package io.argali.converters.tensorflow;

import static io.argali.converters.tensorflow.TfGraph.attr;
import static io.argali.converters.tensorflow.TfGraph.type;

import io.argali.converters.export.DynamicGraph;
import io.argali.converters.tensorflow.TfGraph.Attr;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.ReduceFunction;
import io.argali.runtime.tensor.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Folds, sums so far and sorts along axes. */
final class TfReductions {
    private final TfNodes nodes;
    private final TfGraph out;
    private final DynamicGraph graph;

    TfReductions(TfNodes nodes) {
        this.nodes = nodes;
        this.out = nodes.out;
        this.graph = nodes.graph();
    }

    String add(Node n, Op.Reduction r) {
        DType type = n.input(0).dtype();
        return switch (r) {
            case Op.Reduce f -> fold(f.function(), nodes.input(n, 0), type, f.axes(), f.keepDims());
            case Op.ArgReduce a -> {
                DType held = type == DType.BOOL ? DType.INT32 : type;
                yield out.node(
                        a.max() ? "ArgMax" : "ArgMin",
                        List.of(nodes.cast(nodes.input(n, 0), type, held), out.scalar(DType.INT32, a.axis())),
                        type("T", held),
                        type("Tidx", DType.INT32),
                        type("output_type", DType.INT32));
            }
            case Op.Cumulative c -> cumulative(n, c);
            case Op.ArgSort s -> argSort(n, s);
        };
    }

    private String fold(ReduceFunction f, String x, DType type, List<Integer> axes, boolean keepDims) {
        String by = out.ints(axes);
        Attr keep = attr("keep_dims", keepDims), index = type("Tidx", DType.INT32);
        if (f == ReduceFunction.ANY || f == ReduceFunction.ALL || type == DType.BOOL) {
            boolean any = f == ReduceFunction.ANY || f == ReduceFunction.MAX || f == ReduceFunction.SUM;
            String held = type == DType.BOOL ? x : nodes.op("NotEqual", type, x, out.scalar(type, 0));
            return nodes.cast(out.node(any ? "Any" : "All", List.of(held, by), keep, index), DType.BOOL, type);
        }
        DType held = TfNodes.common(type);
        String name = switch (f) {
            case SUM -> "Sum";
            case PRODUCT -> "Prod";
            case MAX -> "Max";
            default -> "Min";
        };
        return nodes.cast(
                out.node(name, List.of(nodes.cast(x, type, held), by), type("T", held), keep, index), held, type);
    }

    private String cumulative(Node n, Op.Cumulative c) {
        DType type = n.input(0).dtype(), held = TfNodes.common(type);
        String x = nodes.cast(nodes.input(n, 0), type, held);
        if (c.function() == ReduceFunction.SUM || c.function() == ReduceFunction.PRODUCT) {
            String y = out.node(
                    c.function() == ReduceFunction.SUM ? "Cumsum" : "Cumprod",
                    List.of(x, out.scalar(DType.INT32, c.axis())),
                    type("T", held),
                    type("Tidx", DType.INT32),
                    attr("exclusive", c.exclusive()),
                    attr("reverse", c.reverse()));
            return nodes.cast(y, held, type);
        }
        // Each element is a fold over the ones before it: (…, 1, n) where a mask (n, n) holds, folded over the last
        // axis.
        int rank = n.input(0).rank();
        List<Integer> last = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
        last.remove(Integer.valueOf(c.axis()));
        last.add(c.axis());
        String places = nodes.range(nodes.length(graph.shape(n.input(0)).get(c.axis())));
        String rows = nodes.expand(places, DType.INT32, 1), columns = nodes.expand(places, DType.INT32, 0);
        String name = (c.reverse() ? "Greater" : "Less") + (c.exclusive() ? "" : "Equal");
        String mask = nodes.op(name, DType.INT32, columns, rows);
        boolean max = c.function() == ReduceFunction.MAX;
        double least =
                held.isFloating() ? Double.NEGATIVE_INFINITY : held == DType.INT32 ? Integer.MIN_VALUE : Long.MIN_VALUE;
        double most =
                held.isFloating() ? Double.POSITIVE_INFINITY : held == DType.INT32 ? Integer.MAX_VALUE : Long.MAX_VALUE;
        String moved = nodes.expand(nodes.transpose(x, held, last), held, rank - 1);
        String masked = nodes.select(mask, moved, out.scalar(held, max ? least : most), held);
        String folded = fold(c.function(), masked, held, List.of(rank), false);
        List<Integer> back = new ArrayList<>(Collections.nCopies(rank, 0));
        for (int i = 0; i < rank; i++) back.set(last.get(i), i);
        return nodes.cast(nodes.transpose(folded, held, back), held, type);
    }

    /** By TopKV2, which puts the greater first and keeps the order of equals: for the lesser first, of the opposites. */
    private String argSort(Node n, Op.ArgSort s) {
        DType type = n.input(0).dtype(), held = type == DType.BOOL ? DType.INT32 : TfNodes.common(type);
        int rank = n.input(0).rank();
        List<Integer> p = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
        Collections.swap(p, s.axis(), rank - 1);
        boolean last = s.axis() == rank - 1;
        String x = nodes.cast(nodes.input(n, 0), type, held);
        if (!s.descending()) x = nodes.op(held.isFloating() ? "Neg" : "Invert", held, x);
        if (!last) x = nodes.transpose(x, held, p);
        String k = nodes.length(graph.shape(n.input(0)).get(s.axis()));
        String y = out.nodes("TopKV2", 2, List.of(x, k), type("T", held), attr("sorted", true))
                .get(1);
        return last ? y : nodes.transpose(y, DType.INT32, p);
    }
}
