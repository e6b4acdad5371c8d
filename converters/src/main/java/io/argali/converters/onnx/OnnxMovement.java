package io.argali.converters.onnx;

import static io.argali.converters.onnx.OnnxGraph.attribute;

import io.argali.converters.export.DynamicGraph;
import io.argali.converters.export.Length;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** What moves elements and changes none. */
final class OnnxMovement {
    private final OnnxNodes nodes;
    private final OnnxGraph out;
    private final DynamicGraph graph;

    OnnxMovement(OnnxNodes nodes) {
        this.nodes = nodes;
        this.out = nodes.out;
        this.graph = nodes.graph();
    }

    void add(Node n, Op.Movement m) {
        switch (m) {
            case Op.Reshape r -> nodes.put(n, reshape(n));
            case Op.Transpose t ->
                nodes.put(n, out.node("Transpose", List.of(nodes.input(n, 0)), attribute("perm", t.permutation())));
            case Op.Broadcast b ->
                nodes.put(n, nodes.op("Expand", nodes.input(n, 0), nodes.vector(graph.shape(n.output(0)))));
            case Op.Slice s -> ordered(n, x -> slice(n, s, x));
            case Op.Pad p -> ordered(n, x -> pad(n, p, x));
            case Op.Concat c -> {
                boolean first = n.output(0).rank() > 2
                        && n.inputs().stream().anyMatch(nodes::isFirst)
                        && n.inputs().stream().allMatch(v -> nodes.isFirst(v) || nodes.isConstant(v));
                int rank = n.output(0).rank(), axis = first ? OnnxNodes.axisFirst(c.axis(), rank) : c.axis();
                List<String> in = n.inputs().stream()
                        .map(v -> first ? nodes.first(v) : nodes.get(v))
                        .toList();
                String y = out.node("Concat", in, attribute("axis", axis));
                if (first) nodes.putFirst(n.output(0), y);
                else nodes.put(n, y);
            }
            case Op.Reverse r -> nodes.put(n, reverse(nodes.input(n, 0), r.axes()));
        }
    }

    /** What an operation on one value needs to know of the order of its axes. */
    private record Ordered(String x, boolean first) {
        <T> List<T> of(List<T> entries) {
            return first ? OnnxNodes.entriesFirst(entries) : entries;
        }
    }

    /** An operation on one value that takes its axes in any order. */
    private void ordered(Node n, Function<Ordered, String> node) {
        Value x = n.input(0);
        boolean first = nodes.isFirst(x) && x.rank() > 2;
        String y = node.apply(new Ordered(first ? nodes.first(x) : nodes.get(x), first));
        if (first) nodes.putFirst(n.output(0), y);
        else nodes.put(n, y);
    }

    private String reshape(Node n) {
        Value x = n.input(0);
        List<Length> from = graph.shape(x), to = graph.shape(n.output(0));
        // Axes of length 1 between batch and channels do not care for the order.
        boolean flat = nodes.isFirst(x)
                && IntStream.range(1, x.rank() - 1).allMatch(i -> from.get(i).equals(new Length.Fixed(1)));
        String of = flat ? nodes.first(x) : nodes.get(x);
        if (to.contains(new Length.Fixed(0))) {
            return out.node("Reshape", List.of(of, nodes.vector(to)), attribute("allowzero", 1));
        }
        long[] d = new long[to.size()];
        int open = 0;
        for (int i = 0; i < d.length; i++) {
            if (to.get(i) instanceof Length.Fixed f) d[i] = f.value();
            else if (!flat && i < from.size() && from.get(i).equals(to.get(i))) d[i] = 0; // as it is
            else {
                d[i] = -1; // what is left
                open++;
            }
        }
        return nodes.op("Reshape", of, open <= 1 ? out.longs(d) : nodes.vector(to));
    }

    private String slice(Node n, Op.Slice s, Ordered x) {
        int rank = n.input(0).rank();
        List<Length> starts = new ArrayList<>(), ends = new ArrayList<>();
        List<Integer> axes = new ArrayList<>(), steps = new ArrayList<>();
        for (int i = 0; i < rank; i++) {
            int a = i, stride = s.strides().get(i);
            Function<Node, Op.Slice> at = m -> (Op.Slice) m.op();
            boolean whole = graph.always(
                    n,
                    m -> at.apply(m).starts().get(a) == 0
                            && at.apply(m).sizes().dim(a) == m.input(0).shape().dim(a)
                            && at.apply(m).strides().get(a) == 1);
            if (whole) continue;
            axes.add(x.first ? OnnxNodes.axisFirst(i, rank) : i);
            steps.add(stride);
            starts.add(graph.length(n, m -> at.apply(m).starts().get(a)));
            // Up to the end, wherever that is, if no further element would be taken.
            boolean toEnd = graph.always(
                    n,
                    m -> at.apply(m).starts().get(a)
                                    + (long) at.apply(m).sizes().dim(a) * stride
                            >= m.input(0).shape().dim(a));
            ends.add(
                    toEnd
                            ? new Length.Fixed(Integer.MAX_VALUE)
                            : graph.length(
                                    n,
                                    m -> at.apply(m).starts().get(a)
                                            + Math.max(0, (at.apply(m).sizes().dim(a) - 1L) * stride + 1)));
        }
        if (axes.isEmpty()) return nodes.op("Identity", x.x);
        return nodes.op(
                "Slice",
                x.x,
                nodes.vector(starts),
                nodes.vector(ends),
                out.longs(axes.stream().mapToLong(i -> i).toArray()),
                out.longs(steps.stream().mapToLong(i -> i).toArray()));
    }

    private String pad(Node n, Op.Pad p, Ordered x) {
        DType type = n.input(0).dtype();
        DType held = type == DType.BOOL ? DType.UINT8 : OnnxNodes.common(type);
        if (type == DType.STRING) throw nodes.unsupported(n, "pads text");
        String y = nodes.cast(x.x, type, held);
        List<Integer> interior = x.of(p.interior());
        for (int a = 0; a < interior.size(); a++) {
            if (interior.get(a) > 0) y = spread(y, interior.size(), a, interior.get(a), held, p.value());
        }
        List<Length> low = x.of(graph.lengths(n, m -> ((Op.Pad) m.op()).low()));
        List<Length> high = x.of(graph.lengths(n, m -> ((Op.Pad) m.op()).high()));
        List<Length> all = new ArrayList<>(low);
        all.addAll(high);
        Length none = new Length.Fixed(0);
        if (all.stream().anyMatch(l -> !l.equals(none)))
            y = out.node("Pad", List.of(y, nodes.vector(all), out.scalar(held, p.value())));
        return nodes.cast(y, held, type);
    }

    /** Puts copies of a value between the elements of an axis: pads each to a row of its own, and drops the last's. */
    private String spread(String x, int rank, int axis, int by, DType type, double value) {
        long[] pads = new long[2 * (rank + 1)], wider = new long[rank];
        pads[rank + 1 + axis + 1] = by;
        java.util.Arrays.fill(wider, 1);
        wider[axis] = by + 1;
        String rows = nodes.op(
                "Pad", nodes.op("Unsqueeze", x, out.longs(axis + 1)), out.longs(pads), out.scalar(type, value));
        String joined = nodes.op("Reshape", rows, nodes.op("Mul", nodes.op("Shape", x), out.longs(wider)));
        return nodes.op("Slice", joined, out.longs(0), out.longs(-by), out.longs(axis));
    }

    private String reverse(String x, List<Integer> axes) {
        int k = axes.size();
        long[] starts = new long[k], ends = new long[k], steps = new long[k];
        java.util.Arrays.fill(starts, -1);
        java.util.Arrays.fill(ends, Integer.MIN_VALUE);
        java.util.Arrays.fill(steps, -1);
        return nodes.op(
                "Slice",
                x,
                out.longs(starts),
                out.longs(ends),
                out.longs(axes.stream().mapToLong(i -> i).toArray()),
                out.longs(steps));
    }
}
