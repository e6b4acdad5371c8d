package io.argali.converters.tensorflow;

import static io.argali.converters.tensorflow.TfGraph.attr;
import static io.argali.converters.tensorflow.TfGraph.type;

import io.argali.converters.export.DynamicGraph;
import io.argali.converters.export.Length;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.tensor.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/** Operations that move elements. */
final class TfMovement {
    private final TfNodes nodes;
    private final TfGraph out;
    private final DynamicGraph graph;

    TfMovement(TfNodes nodes) {
        this.nodes = nodes;
        this.out = nodes.out;
        this.graph = nodes.graph();
    }

    String add(Node n, Op.Movement m) {
        DType type = n.output(0).dtype();
        return switch (m) {
            case Op.Reshape r -> {
                List<Length> to = graph.shape(n.output(0));
                long open = to.stream().filter(l -> !l.isFixed()).count();
                boolean empty = to.contains(new Length.Fixed(0));
                String shape = open == 1 && !empty
                        ? out.ints(to.stream()
                                .mapToInt(l -> l instanceof Length.Fixed f ? (int) f.value() : -1)
                                .toArray())
                        : nodes.vector(to);
                yield nodes.reshape(nodes.input(n, 0), type, shape);
            }
            case Op.Transpose t -> nodes.transpose(nodes.input(n, 0), type, t.permutation());
            case Op.Broadcast b ->
                out.node(
                        "BroadcastTo",
                        List.of(nodes.input(n, 0), nodes.vector(graph.shape(n.output(0)))),
                        type("T", type),
                        type("Tidx", DType.INT32));
            case Op.Slice s -> slice(n, s);
            case Op.Pad p -> pad(n, p);
            case Op.Concat c -> nodes.concat(n.inputs().stream().map(nodes::get).toList(), type, c.axis());
            case Op.Reverse r ->
                out.node(
                        "ReverseV2",
                        List.of(nodes.input(n, 0), out.ints(r.axes())),
                        type("T", type),
                        type("Tidx", DType.INT32));
        };
    }

    private String slice(Node n, Op.Slice s) {
        int rank = n.input(0).rank();
        List<Length> starts = new ArrayList<>(), ends = new ArrayList<>();
        int endMask = 0;
        for (int i = 0; i < rank; i++) {
            int a = i, stride = s.strides().get(i);
            Function<Node, Op.Slice> at = m -> (Op.Slice) m.op();
            starts.add(graph.length(n, m -> at.apply(m).starts().get(a)));
            boolean toEnd = graph.always(
                    n,
                    m -> at.apply(m).starts().get(a)
                                    + (long) at.apply(m).sizes().dim(a) * stride
                            >= m.input(0).shape().dim(a));
            if (toEnd) {
                endMask |= 1 << i;
                ends.add(new Length.Fixed(0));
            } else {
                ends.add(graph.length(
                        n,
                        m -> at.apply(m).starts().get(a)
                                + Math.max(0, (at.apply(m).sizes().dim(a) - 1L) * stride + 1)));
            }
        }
        return out.node(
                "StridedSlice",
                List.of(nodes.input(n, 0), nodes.vector(starts), nodes.vector(ends), out.ints(s.strides())),
                type("T", n.input(0).dtype()),
                type("Index", DType.INT32),
                attr("end_mask", endMask));
    }

    private String pad(Node n, Op.Pad p) {
        DType type = n.input(0).dtype();
        if (type == DType.STRING) throw nodes.unsupported(n, "pads text");
        String y = nodes.input(n, 0);
        int rank = p.low().size();
        for (int a = 0; a < rank; a++)
            if (p.interior().get(a) > 0)
                y = nodes.spread(y, type, rank, a, p.interior().get(a), p.value());
        List<Length> low = graph.lengths(n, m -> ((Op.Pad) m.op()).low());
        List<Length> high = graph.lengths(n, m -> ((Op.Pad) m.op()).high());
        boolean cuts = graph.isFixed(n, m -> List.of(((Op.Pad) m.op()).low(), ((Op.Pad) m.op()).high()))
                && (p.low().stream().anyMatch(i -> i < 0) || p.high().stream().anyMatch(i -> i < 0));
        if (cuts) {
            List<Integer> from = new ArrayList<>(), to = new ArrayList<>();
            int endMask = 0;
            for (int a = 0; a < rank; a++) {
                from.add(Math.max(0, -p.low().get(a)));
                to.add(Math.min(0, p.high().get(a)));
                if (p.high().get(a) >= 0) endMask |= 1 << a;
                low.set(a, new Length.Fixed(Math.max(0, p.low().get(a))));
                high.set(a, new Length.Fixed(Math.max(0, p.high().get(a))));
            }
            y = out.node(
                    "StridedSlice",
                    List.of(y, out.ints(from), out.ints(to), out.ints(Collections.nCopies(rank, 1))),
                    type("T", type),
                    type("Index", DType.INT32),
                    attr("end_mask", endMask));
        }
        Length none = new Length.Fixed(0);
        if (low.stream().allMatch(none::equals) && high.stream().allMatch(none::equals)) return y;
        List<Length> pairs = new ArrayList<>();
        for (int a = 0; a < rank; a++) {
            pairs.add(low.get(a));
            pairs.add(high.get(a));
        }
        return nodes.padded(y, type, nodes.reshape(nodes.vector(pairs), DType.INT32, out.ints(rank, 2)), p.value());
    }
}
