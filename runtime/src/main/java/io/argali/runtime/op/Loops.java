package io.argali.runtime.op;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Builds loops. A body may use any value of the graph around it: what it takes from there, weights too, and what it computes without its own
 * parameters, is moved out of the loop and captured. Plans move what is constant back in.
 */
public final class Loops {
    private Loops() {}

    /** What one step of a {@link Op.Scan} gets or gives. */
    public record Step(List<Value> carries, List<Value> elements) {}

    /** What a {@link Op.Scan} gives: the last carries, and the elements of all steps stacked along the axis. */
    public record Result(List<Value> carries, List<Value> stacks) {}

    /**
     * Runs a body over the steps of an axis.
     *
     * @param sequences values that are given to the body step by step, without the axis
     * @param body from carries and elements of the sequences to new carries and elements to stack
     */
    public static Result scan(
            List<Value> carries,
            List<Value> sequences,
            int length,
            int axis,
            boolean reverse,
            Function<Step, Step> body) {
        List<Value> parameters = new ArrayList<>();
        for (Value c : carries) parameters.add(Value.parameter("carry", c.type()));
        for (Value s : sequences) {
            parameters.add(Value.parameter(
                    "element",
                    new io.argali.runtime.tensor.TensorType(s.dtype(), s.shape().without(axis))));
        }
        Step step = body.apply(new Step(
                List.copyOf(parameters.subList(0, carries.size())),
                List.copyOf(parameters.subList(carries.size(), parameters.size()))));
        List<Value> outputs = new ArrayList<>(step.carries());
        outputs.addAll(step.elements());
        // The carries that each step began with: gradients need them. Where nobody asks for them, the plan leaves them
        // out.
        outputs.addAll(parameters.subList(0, carries.size()));
        Closed closed = close(parameters, outputs);
        List<Value> inputs = new ArrayList<>(carries);
        inputs.addAll(sequences);
        inputs.addAll(closed.captured);
        Op.Scan scan = new Op.Scan(closed.graph, carries.size(), sequences.size(), length, axis, reverse);
        List<Value> results = Node.of(scan, inputs).outputs();
        int stacks = carries.size() + step.elements().size();
        return new Result(results.subList(0, carries.size()), results.subList(carries.size(), stacks));
    }

    /**
     * Repeats a body while a condition holds.
     *
     * @param parameters what stands for the carries in the condition, a scalar bool, and in the body's results
     * @return the carries after the last step
     */
    public static List<Value> repeat(List<Value> carries, List<Value> parameters, Value condition, List<Value> next) {
        List<Value> outputs = new ArrayList<>(next);
        outputs.add(condition);
        Closed closed = close(parameters, outputs);
        List<Value> all = closed.graph.parameters(), results = closed.graph.outputs();
        List<Value> body = new ArrayList<>(results.subList(0, next.size()));
        body.addAll(all.subList(parameters.size(), all.size()));
        List<Value> inputs = new ArrayList<>(carries);
        inputs.addAll(closed.captured);
        Op.While loop = new Op.While(new Graph(all, List.of(results.getLast())), new Graph(all, body));
        return Node.of(loop, inputs).outputs().subList(0, carries.size());
    }

    /** A graph that needs nothing but its parameters and leaves, and the outer values that its last parameters stand for. */
    private record Closed(Graph graph, List<Value> captured) {}

    private static Closed close(List<Value> parameters, List<Value> outputs) {
        Set<Node> own = new HashSet<>();
        for (Value p : parameters) own.add(p.node());
        List<Node> nodes = new Graph(parameters, outputs).nodes();
        Map<Node, Boolean> inside = new IdentityHashMap<>(); // depends on the body's parameters
        Map<Node, Boolean> constant = new IdentityHashMap<>(); // depends on no parameter or weight
        for (Node n : nodes) {
            inside.put(n, own.contains(n) || n.inputs().stream().anyMatch(v -> inside.get(v.node())));
            boolean given = n.op() instanceof Op.Parameter || n.op() instanceof Op.Variable;
            constant.put(n, !given && n.inputs().stream().allMatch(v -> constant.get(v.node())));
        }
        Map<Value, Value> replaced = new HashMap<>();
        List<Value> captured = new ArrayList<>();
        List<Value> all = new ArrayList<>(parameters);
        Function<Value, Value> take = v -> {
            Value known = replaced.get(v);
            if (known != null) return known;
            if (Boolean.TRUE.equals(inside.get(v.node())) || Boolean.TRUE.equals(constant.get(v.node()))) return v;
            Value stand = Value.parameter("captured", v.type());
            captured.add(v);
            all.add(stand);
            replaced.put(v, stand);
            return stand;
        };
        for (Node n : nodes) {
            if (!Boolean.TRUE.equals(inside.get(n)) || own.contains(n)) continue;
            List<Value> inputs = n.inputs().stream().map(take).toList();
            if (inputs.equals(n.inputs())) continue;
            Node copy = Node.of(n.op(), inputs, n.origin());
            for (int i = 0; i < n.types().size(); i++) replaced.put(n.output(i), copy.output(i));
        }
        return new Closed(new Graph(all, outputs.stream().map(take).toList()), captured);
    }
}
