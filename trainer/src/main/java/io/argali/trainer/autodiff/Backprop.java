package io.argali.trainer.autodiff;

import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reverse-mode differentiation: the graph of a scalar's gradients. Only what leads from the sources to the scalar is walked. */
public final class Backprop {
    private final Map<Value, Value> gradients = new HashMap<>();
    private final Set<Node> active;

    private Backprop(Set<Node> active) {
        this.active = active;
    }

    /**
     * The gradients of a scalar by some values.
     *
     * @return one for each source, of its type; zeros where the scalar does not depend on it
     * @throws IllegalArgumentException if the scalar depends on a source through an operation without gradient; the message names the layer
     */
    public static List<Value> gradients(Value scalar, List<Value> sources) {
        return of(List.of(scalar), List.of(scalar.like(1).broadcastTo(scalar.shape())), sources);
    }

    /** As {@link #gradients}, with null for a source that the scalar does not depend on. */
    public static List<@Nullable Value> existing(Value scalar, List<Value> sources) {
        return nullable(List.of(scalar), List.of(scalar.like(1).broadcastTo(scalar.shape())), sources);
    }

    /** The gradients by some values, given those by the outputs. */
    public static List<Value> of(List<Value> outputs, List<Value> seeds, List<Value> sources) {
        List<@Nullable Value> found = nullable(outputs, seeds, sources);
        List<Value> r = new ArrayList<>();
        for (int i = 0; i < sources.size(); i++) {
            Value g = found.get(i);
            r.add(g == null ? Value.zeros(sources.get(i).type()) : g);
        }
        return r;
    }

    private static List<@Nullable Value> nullable(List<Value> outputs, List<Value> seeds, List<Value> sources) {
        List<Node> nodes = new Graph(List.of(), outputs).nodes();
        Backprop b = new Backprop(active(nodes, sources));
        for (int i = 0; i < outputs.size(); i++) b.accumulate(outputs.get(i), seeds.get(i));
        for (int i = nodes.size() - 1; i >= 0; i--) if (b.active.contains(nodes.get(i))) b.walk(nodes.get(i), sources);
        List<@Nullable Value> r = new ArrayList<>();
        for (Value s : sources) r.add(b.gradients.get(s));
        return r;
    }

    /** The nodes that depend on a source. */
    private static Set<Node> active(List<Node> nodes, List<Value> sources) {
        Set<Node> active = new HashSet<>();
        for (Value s : sources) active.add(s.node());
        for (Node n : nodes) if (n.inputs().stream().anyMatch(v -> active.contains(v.node()))) active.add(n);
        return active;
    }

    private void walk(Node n, List<Value> sources) {
        boolean reached = n.outputs().stream().anyMatch(gradients::containsKey);
        boolean isSource = sources.stream().anyMatch(s -> s.node() == n);
        if (!reached || isSource || n.inputs().isEmpty()) return;
        List<@Nullable Value> by = ScopedValue.where(Node.ORIGIN, n.origin()).call(() -> inputGradients(n));
        for (int i = 0; i < by.size(); i++) {
            Value g = by.get(i);
            if (g != null && active.contains(n.input(i).node())) accumulate(n.input(i), g);
        }
    }

    private List<@Nullable Value> inputGradients(Node n) {
        if (n.op() instanceof Op.Control c) {
            List<@Nullable Value> dys = new ArrayList<>();
            for (Value y : n.outputs()) dys.add(gradients.get(y));
            return ControlGradients.of(n, c, dys, active);
        }
        Value dy = gradients.get(n.output(0));
        return dy == null ? List.of() : Gradients.of(n, dy);
    }

    private void accumulate(Value v, Value gradient) {
        if (!v.dtype().isFloating()) return;
        Value g = unbroadcast(gradient, v.shape()).cast(v.dtype());
        gradients.merge(v, g, Value::add);
    }

    /** The sum over what was repeated. */
    static Value unbroadcast(Value g, Shape to) {
        if (g.shape().equals(to)) return g;
        int lead = g.rank() - to.rank();
        List<Integer> axes = new ArrayList<>();
        for (int i = 0; i < g.rank(); i++) {
            boolean repeated = i < lead || to.dim(i - lead) == 1 && g.shape().dim(i) != 1;
            if (repeated) axes.add(i);
        }
        return (axes.isEmpty() ? g : g.sum(true, axes.stream().mapToInt(i -> i).toArray())).reshape(to);
    }
}
