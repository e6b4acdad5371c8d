package io.argali.converters.export;

import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.plan.Backend;
import io.argali.runtime.plan.CpuBackend;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** What of a graph depends on weights alone, and its elements: they are computed once, when the graph is exported. */
public final class Folding {
    /** Constants that grow beyond what they are made of stay formulas, above this number of elements. */
    private static final int SMALL = 4096;

    private final DynamicGraph graph;
    private final Function<String, Tensor> weights;
    private final Backend.Compiler compiler;
    private final Map<Node, Boolean> constant = new IdentityHashMap<>();
    private final Set<Value> given;

    public Folding(DynamicGraph graph, Function<String, Tensor> weights) {
        this.graph = graph;
        this.weights = weights;
        this.given = Set.copyOf(graph.graph().parameters());
        this.compiler = CpuBackend.best().compiler(weights);
    }

    /** Whether a value is the same for every input. */
    public boolean isConstant(Value v) {
        Node n = v.node();
        Boolean known = constant.get(n);
        if (known == null) {
            known = decide(n);
            constant.put(n, known);
        }
        return known;
    }

    private boolean decide(Node n) {
        // A weight may be a parameter: in training.
        if (n.op() instanceof Op.Parameter || n.op() instanceof Op.Random || n.op() instanceof Op.Control) return false;
        if (n.op() instanceof Op.Variable && given.contains(n.output(0))) return false;
        for (Value v : n.inputs()) if (!isConstant(v)) return false;
        boolean fixed = n.op() instanceof Op.Constant
                ? graph.isFixed(n, m -> ((Op.Constant) m.op()).tensor())
                : graph.isFixed(n, m -> m.types()) && graph.isFixed(n, DynamicGraph::numbers);
        if (!fixed || n.types().stream().anyMatch(t -> t.dtype() == DType.STRING) && n.op() instanceof Op.Custom)
            return false;
        long from = n.inputs().stream().mapToLong(v -> v.shape().size()).sum();
        return n.op() instanceof Op.Variable
                || n.op() instanceof Op.Constant
                || n.types().stream().allMatch(t -> t.shape().size() <= Math.max(SMALL, from));
    }

    /** The elements of a constant, or of a formula of constants. They are not kept. */
    public Tensor tensor(Value v) {
        return switch (v.node().op()) {
            case Op.Constant c -> c.tensor();
            case Op.Variable w -> weights.apply(w.path());
            default -> compiler.compile(new Graph(List.of(), List.of(v))).run(new ArrayList<>())[0];
        };
    }
}
