package io.argali.runtime.plan;

import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * What of a graph is known before it runs: constants, weights, and what is computed from these alone. Large results are computed anew when
 * they are asked for, so that a kernel that is scaled and then packed is not held twice.
 */
class Constants {
    /** Elements up to which a result is kept. */
    private static final int KEPT = 1 << 16;
    /** Elements above which repeating a value is left to the run. */
    private static final int LARGEST_BROADCAST = 1 << 12;

    private final Function<String, Tensor> weights;
    private final CpuBackend backend;
    private final Map<Node, Boolean> known = new IdentityHashMap<>();
    private final Map<Value, Tensor> values = new HashMap<>();
    private final Set<Node> given = Collections.newSetFromMap(new IdentityHashMap<>());

    Constants(Function<String, Tensor> weights, CpuBackend backend) {
        this.weights = weights;
        this.backend = backend;
    }

    /** What is known inside the body of a loop. */
    Constants forBody() {
        return new Constants(weights, backend);
    }

    /** Declares values that come from outside, whatever made them. */
    void give(List<Value> parameters) {
        parameters.forEach(p -> given.add(p.node()));
    }

    boolean isConstant(Value v) {
        return isConstant(v.node());
    }

    boolean isConstant(Node node) {
        Boolean memo = known.get(node);
        if (memo == null) {
            memo = decide(node);
            known.put(node, memo);
        }
        return memo;
    }

    private boolean decide(Node node) {
        if (given.contains(node)) return false;
        return switch (node.op()) {
            case Op.Parameter p -> false;
            case Op.Random r -> false;
            case Op.Control c -> false;
            case Op.Broadcast b when b.shape().size() > LARGEST_BROADCAST -> false;
            default -> node.inputs().stream().allMatch(this::isConstant);
        };
    }

    /** The value of something constant. */
    Tensor get(Value v) {
        Tensor kept = values.get(v);
        if (kept != null) return kept;
        Tensor t = switch (v.node().op()) {
            case Op.Constant c -> c.tensor();
            case Op.Variable x -> weights.apply(x.path());
            case Op.Iota i -> iota(i);
            default -> compute(v);
        };
        if (t.size() <= KEPT) values.put(v, t);
        return t;
    }

    private Tensor compute(Value v) {
        Graph graph = new Graph(List.of(), List.of(v));
        return new Planner(
                        new Constants(weights, backend) {
                            @Override
                            boolean isConstant(Node node) {
                                return node.inputs().isEmpty(); // the rest is what is to be computed
                            }
                        },
                        new PackedWeights(),
                        backend)
                .plan(graph)
                .run(List.of())[0];
    }

    private static Tensor iota(Op.Iota iota) {
        Shape s = iota.type().shape();
        int n = s.dim(iota.axis()), inner = s.size(iota.axis() + 1, s.rank());
        int[] r = new int[s.size()];
        for (int i = 0; i < r.length; i++) r[i] = i / inner % n;
        return Tensor.wrap(io.argali.runtime.tensor.DType.INT32, s, r)
                .cast(iota.type().dtype());
    }

    /** What makes two constants the same in different graphs of one model: the operations they are computed by. */
    record Key(Op op, List<Key> inputs) {
        static Key of(Value v) {
            return new Key(
                    v.node().op(), v.node().inputs().stream().map(Key::of).toList());
        }
    }
}
