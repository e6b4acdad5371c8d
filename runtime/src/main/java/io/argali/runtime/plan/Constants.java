package io.argali.runtime.plan;

import io.argali.runtime.kernel.Kernels;
import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

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

    /** Looks at elements from an index on. */
    interface Reader {
        void read(float[] array, int offset);
    }

    /** Shows a float constant to a reader, a large computed one where it was computed, so that it is not copied. */
    void read(Value v, Reader reader) {
        Op op = v.node().op();
        boolean leaf = op instanceof Op.Constant || op instanceof Op.Variable || op instanceof Op.Iota;
        if (leaf || v.shape().size() <= KEPT) {
            reader.read(get(v).floats(), 0);
            return;
        }
        float[] scaled = scaledWeight(v);
        if (scaled != null) {
            reader.read(scaled, 0);
            return;
        }
        Plan.Lease lease = computation(v).open();
        lease.run();
        reader.read((float[]) lease.outputArray(0), lease.outputOffset(0));
    }

    /** A weight from a file, multiplied per channel where it was read to; or null if the value is something else. */
    private float @Nullable [] scaledWeight(Value v) {
        Node n = v.node();
        if (v.dtype() != DType.FLOAT32) return null;
        if (n.op() instanceof Op.Variable) {
            Tensor t = get(v);
            return t.isLazy() ? t.floats() : null;
        }
        if (!(n.op() instanceof Op.Binary b)
                || b.function() != BinaryFunction.MULTIPLY
                || n.input(0).dtype() != DType.FLOAT32) return null;
        Shape scale = n.input(1).shape();
        int columns = v.shape().last();
        if (!n.input(0).shape().equals(v.shape()) || scale.rank() != 1 || scale.last() != columns) return null;
        float[] x = scaledWeight(n.input(0));
        if (x == null) return null;
        float[] c = get(n.input(1)).floats();
        int rows = x.length / columns, tasks = Math.min(rows, backend.workers().parallelism());
        backend.workers().run(tasks, task -> {
            int last = (int) ((task + 1L) * rows / tasks);
            for (int row = (int) ((long) task * rows / tasks); row < last; row++)
                multiply(x, row * columns, c, columns);
        });
        return x;
    }

    private static void multiply(float[] x, int offset, float[] c, int n) {
        for (int i = 0; i < n; i++) x[offset + i] *= c[i];
    }

    private Tensor compute(Value v) {
        return computation(v).run(List.of())[0];
    }

    /** On the scalar kernels: what runs once is over before HotSpot has compiled the others. */
    private Plan computation(Value v) {
        Graph graph = new Graph(List.of(), List.of(v));
        CpuBackend once = new CpuBackend(Kernels.scalar(), backend.workers());
        return new Planner(
                        new Constants(weights, once) {
                            @Override
                            boolean isConstant(Node node) {
                                return node.inputs().isEmpty(); // the rest is what is to be computed
                            }
                        },
                        new PackedWeights(),
                        once)
                .plan(graph);
    }

    private static Tensor iota(Op.Iota iota) {
        Shape s = iota.type().shape();
        int n = s.dim(iota.axis()), inner = s.size(iota.axis() + 1, s.rank());
        int[] r = new int[s.size()];
        for (int i = 0; i < r.length; i++) r[i] = i / inner % n;
        return Tensor.wrap(DType.INT32, s, r).cast(iota.type().dtype());
    }

    /** What makes two constants the same in different graphs of one model: the operations they are computed by. */
    record Key(Op op, List<Key> inputs) {
        static Key of(Value v) {
            return new Key(
                    v.node().op(), v.node().inputs().stream().map(Key::of).toList());
        }
    }
}
