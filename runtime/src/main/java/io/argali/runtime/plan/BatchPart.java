package io.argali.runtime.plan;

import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A graph for some rows of a batch, the first axis. The part of a result is asked of the operation that makes it, which asks for the part of
 * its inputs, down to the parameters.
 */
public final class BatchPart {
    /** An operation in which rows meet. */
    private static final class Mixed extends Exception {
        private static final long serialVersionUID = 1;

        Mixed() {
            super(null, null, false, false);
        }
    }

    private final int batch;
    private final int rows;
    private final Map<Value, Value> parts = new HashMap<>();
    private final Set<Value> whole = new HashSet<>();

    private BatchPart(int batch, int rows) {
        this.batch = batch;
        this.rows = rows;
    }

    /**
     * A graph for {@code rows} rows of a batch, or null if rows meet in it. Parameters and results without rows stay as they are.
     *
     * @param varying the number of parameters, from the first on, that are parted if they have rows; the others only if they have to be
     */
    public static @Nullable Graph of(Graph graph, int varying, int batch, int rows) {
        BatchPart p = new BatchPart(batch, rows);
        List<Value> old = graph.parameters();
        for (Value v : old.subList(0, varying)) if (p.hasRows(v)) p.parameter(v);
        try {
            List<Value> outputs = new ArrayList<>();
            for (Value v : graph.outputs()) outputs.add(p.hasRows(v) ? p.part(v) : p.whole(v));
            if (old.stream().anyMatch(v -> p.parts.containsKey(v) && p.whole.contains(v))) return null;
            return new Graph(old.stream().map(v -> p.parts.getOrDefault(v, v)).toList(), outputs);
        } catch (Mixed mixed) {
            return null;
        }
    }

    private boolean hasRows(Value v) {
        return v.rank() > 0 && v.shape().dim(0) == batch;
    }

    private Value parameter(Value v) {
        Value p = Value.parameter("part", new TensorType(v.dtype(), v.shape().with(0, rows)));
        parts.put(v, p);
        return p;
    }

    /** A value that is the same for all rows. */
    private Value whole(Value v) throws Mixed {
        if (whole.contains(v)) return v;
        for (Node n : new Graph(List.of(), List.of(v)).nodes()) {
            if (n.op() instanceof Op.Parameter && parts.containsKey(n.output(0))) throw new Mixed();
            whole.addAll(n.outputs());
        }
        return v;
    }

    /** The rows of a value whose first axis they are. */
    private Value part(Value v) throws Mixed {
        Value known = parts.get(v);
        if (known != null) return known;
        if (!hasRows(v)) throw new Mixed();
        Node n = v.node();
        if (n.op() instanceof Op.Parameter) return parameter(v);
        List<Value> inputs = new ArrayList<>();
        for (int i = 0; i < n.inputs().size(); i++) inputs.add(isParted(n, i) ? part(n.input(i)) : whole(n.input(i)));
        Value part = Node.of(part(n), inputs, n.origin()).output(v.index());
        parts.put(v, part);
        return part;
    }

    /** Whether an input's rows are those of the result; else all of it goes into each row. */
    private boolean isParted(Node n, int input) {
        Value v = n.input(input);
        int rank = n.types().get(0).shape().rank();
        boolean aligned = v.rank() == rank && v.shape().dim(0) == batch;
        return switch (n.op()) {
            case Op.Elementwise e -> aligned;
            case Op.Broadcast b -> aligned;
            case Op.MatMul m -> rank > 2 ? aligned : input == 0;
            case Op.Gather g -> g.batchDims() > 0 || (input == 0) == (g.axis() > 0);
            case Op.Conv c -> input == 0;
            case Op.ConvInputGradient c -> input == 0;
            default -> true;
        };
    }

    /** The operation that makes the part of what the node's makes. */
    private Op part(Node n) throws Mixed {
        Op op = n.op();
        boolean apart = switch (op) {
            case Op.MatMul m -> n.types().get(0).shape().rank() > 2 || !m.transposeA();
            case Op.Transpose t -> t.permutation().get(0) == 0;
            case Op.Slice s -> s.sizes().dim(0) == n.input(0).shape().dim(0);
            case Op.Pad p ->
                p.low().get(0) == 0 && p.high().get(0) == 0 && p.interior().get(0) == 0;
            case Op.Concat c -> c.axis() != 0;
            case Op.Gather g -> g.axis() > 0 || n.input(1).rank() > 0;
            case Op.Reverse r -> !r.axes().contains(0);
            case Op.Reduce r -> !r.axes().contains(0);
            case Op.ArgReduce r -> r.axis() != 0;
            case Op.Cumulative c -> c.axis() != 0;
            case Op.ArgSort s -> s.axis() != 0;
            case Op.ConvKernelGradient c -> false;
            case Op.ScatterAdd s -> false;
            case Op.Leaf l -> false;
            case Op.Control c -> false;
            case Op.Custom c -> false;
            default -> true;
        };
        if (!apart) throw new Mixed();
        return switch (op) {
            case Op.Reshape r -> new Op.Reshape(r.shape().with(0, rows));
            case Op.Broadcast b -> new Op.Broadcast(b.shape().with(0, rows));
            case Op.Slice s -> new Op.Slice(s.starts(), s.sizes().with(0, rows), s.strides());
            case Op.ConvInputGradient c ->
                new Op.ConvInputGradient(c.window(), c.groups(), c.inputShape().with(0, rows));
            default -> op;
        };
    }
}
