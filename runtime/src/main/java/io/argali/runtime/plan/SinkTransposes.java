package io.argali.runtime.plan;

import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Moves transpositions behind what does not care for the order of axes, until they meet their opposites and vanish. A channels-first network,
 * whose every convolution transposes before and after, becomes a channels-last one with a transposition at each end.
 */
final class SinkTransposes {
    private final Map<Value, Value> rebuilt = new HashMap<>();
    /** Values that are folded along one axis: their order makes that fold fast, as in a softmax. */
    private final Set<Value> folded = new HashSet<>();

    private SinkTransposes() {}

    static Graph apply(Graph graph) {
        boolean any = graph.nodes().stream().anyMatch(n -> n.op() instanceof Op.Transpose);
        return any ? new SinkTransposes().run(graph) : graph;
    }

    private Graph run(Graph graph) {
        Set<Value> parameters = new HashSet<>(graph.parameters());
        for (Node n : graph.nodes())
            if (n.op() instanceof Op.Reduce r && r.axes().size() == 1) folded.add(n.input(0));
        for (Value p : parameters) rebuilt.put(p, p);
        for (Node n : graph.nodes()) {
            if (n.types().size() == 1 && parameters.contains(n.output(0))) continue;
            List<Value> in = n.inputs().stream().map(this::now).toList();
            Value moved = n.types().size() == 1 ? move(n, in) : null;
            if (moved != null) {
                rebuilt.put(n.output(0), moved);
                continue;
            }
            Node copy = in.equals(n.inputs()) ? n : Node.of(n.op(), in, n.origin());
            for (int i = 0; i < n.types().size(); i++) rebuilt.put(n.output(i), copy.output(i));
        }
        return new Graph(
                graph.parameters(), graph.outputs().stream().map(this::now).toList());
    }

    private Value now(Value old) {
        return Objects.requireNonNull(rebuilt.get(old));
    }

    /** The node's result by way of what its inputs were before they were transposed; null if it has to stay. */
    private @Nullable Value move(Node n, List<Value> in) {
        return switch (n.op()) {
            case Op.Transpose t
            when in.get(0).node().op() instanceof Op.Transpose inner ->
                transpose(
                        t.permutation().stream()
                                .map(i -> inner.permutation().get(i))
                                .toList(),
                        in.get(0).node().input(0),
                        n.origin());
            case Op.Elementwise e -> elementwise(n, in);
            case Op.Concat c
            when in.stream().allMatch(v -> samePermutation(v, in.get(0))) -> {
                List<Integer> p = permutation(in.get(0));
                yield behind(
                        p,
                        new Op.Concat(p.get(c.axis())),
                        in.stream().map(SinkTransposes::before).toList(),
                        n.origin());
            }
            case Op.Pad p
            when isTransposed(in.get(0)) -> {
                List<Integer> axes = permutation(in.get(0));
                Op.Pad pad = new Op.Pad(back(p.low(), axes), back(p.high(), axes), back(p.interior(), axes), p.value());
                yield behind(axes, pad, List.of(before(in.get(0))), n.origin());
            }
            case Op.Slice s
            when isTransposed(in.get(0)) -> {
                List<Integer> axes = permutation(in.get(0));
                Shape sizes = Shape.of(back(s.sizes().toList(), axes));
                yield behind(
                        axes,
                        new Op.Slice(back(s.starts(), axes), sizes, back(s.strides(), axes)),
                        List.of(before(in.get(0))),
                        n.origin());
            }
            case Op.Reduce r when isTransposed(in.get(0)) && r.axes().size() > 1 -> reduce(n, r, in.get(0));
            default -> null;
        };
    }

    private static boolean isTransposed(Value v) {
        return v.node().op() instanceof Op.Transpose;
    }

    private static List<Integer> permutation(Value transposed) {
        return ((Op.Transpose) transposed.node().op()).permutation();
    }

    private static boolean samePermutation(Value a, Value b) {
        return isTransposed(a) && a.node().op().equals(b.node().op());
    }

    private static Value before(Value transposed) {
        return transposed.node().input(0);
    }

    /** One entry for each axis, in the order that the axes had before. */
    private static List<Integer> back(List<Integer> entries, List<Integer> permutation) {
        Integer[] r = new Integer[entries.size()];
        for (int i = 0; i < r.length; i++) r[permutation.get(i)] = entries.get(i);
        return List.of(r);
    }

    private static Value behind(List<Integer> permutation, Op op, List<Value> inputs, String origin) {
        return transpose(permutation, Node.of(op, inputs, origin).output(0), origin);
    }

    private static Value transpose(List<Integer> permutation, Value x, String origin) {
        boolean identity = true;
        for (int i = 0; i < permutation.size(); i++) identity &= permutation.get(i) == i;
        return identity
                ? x
                : Node.of(new Op.Transpose(permutation), List.of(x), origin).output(0);
    }

    private @Nullable Value elementwise(Node n, List<Value> in) {
        Value first =
                in.stream().filter(SinkTransposes::isTransposed).findFirst().orElse(null);
        Shape out = n.types().get(0).shape();
        if (first == null || !first.shape().equals(out)) return null;
        if (in.stream().anyMatch(v -> v.dtype() == DType.STRING)
                || n.inputs().stream().anyMatch(folded::contains)) return null;
        List<Value> inputs = new ArrayList<>();
        for (Value v : in) {
            Value b = samePermutation(v, first) ? before(v) : small(v, permutation(first), n.origin());
            if (b == null) return null;
            inputs.add(b);
        }
        return behind(permutation(first), n.op(), inputs, n.origin());
    }

    /** A scalar, or a value with its axes where they were before, if no element has to move for that. */
    private static @Nullable Value small(Value v, List<Integer> permutation, String origin) {
        if (v.rank() == 0) return v;
        int rank = permutation.size();
        int[] aligned = new int[rank], moved = new int[rank];
        Arrays.fill(aligned, 1);
        for (int i = 1; i <= v.rank(); i++) aligned[rank - i] = v.shape().dim(-i);
        int last = -1;
        for (int i = 0; i < rank; i++) {
            moved[permutation.get(i)] = aligned[i];
            if (aligned[i] == 1) continue;
            if (permutation.get(i) < last) return null;
            last = permutation.get(i);
        }
        return Node.of(new Op.Reshape(Shape.of(moved)), List.of(v), origin).output(0);
    }

    /** A fold that leaves the other axes in their order needs no transposition at all. */
    private static @Nullable Value reduce(Node n, Op.Reduce r, Value x) {
        List<Integer> permutation = permutation(x);
        int last = -1;
        for (int i = 0; i < permutation.size(); i++) {
            if (r.axes().contains(i) || x.shape().dim(i) == 1) continue;
            if (permutation.get(i) < last) return null;
            last = permutation.get(i);
        }
        List<Integer> axes = r.axes().stream().map(permutation::get).sorted().toList();
        Value y = Node.of(new Op.Reduce(r.function(), axes, false), List.of(before(x)), n.origin())
                .output(0);
        return Node.of(new Op.Reshape(n.types().get(0).shape()), List.of(y), n.origin())
                .output(0);
    }
}
