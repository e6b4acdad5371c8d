package io.argali.converters.savedmodel;

import io.argali.loader.ModelFormatException;
import io.argali.loader.protobuf.FunctionDef;
import io.argali.loader.protobuf.GraphDef;
import io.argali.loader.protobuf.NodeDef;
import io.argali.loader.protobuf.OpDef;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A function's nodes, or the main graph's, with the order in which they run. */
final class Body {
    /** One output of a node: by number, or by the output's name and a number within it. An argument is a node of its name. */
    record Edge(String node, String output, int index) {
        static Edge of(String text, boolean inFunction) {
            String[] parts = text.split(":", -1);
            try {
                return switch (parts.length) {
                    case 1 -> new Edge(parts[0], "", 0);
                    case 2 ->
                        inFunction
                                ? new Edge(parts[0], parts[1], 0)
                                : new Edge(parts[0], "", Integer.parseInt(parts[1]));
                    case 3 -> new Edge(parts[0], parts[1], Integer.parseInt(parts[2]));
                    default -> throw new NumberFormatException();
                };
            } catch (NumberFormatException e) {
                throw new ModelFormatException("\"" + text + "\" is no input of a node", e);
            }
        }
    }

    /** A node with its inputs taken apart. */
    record Step(NodeDef node, List<Edge> inputs, List<String> controls) {}

    private final String name;
    private final List<String> parameters;
    private final Map<String, Step> steps;
    private final List<Edge> results;
    private final List<String> resultNames;

    private Body(
            String name,
            List<String> parameters,
            Map<String, Step> steps,
            List<Edge> results,
            List<String> resultNames) {
        this.name = name;
        this.parameters = parameters;
        this.steps = steps;
        this.results = results;
        this.resultNames = resultNames;
    }

    static Body of(FunctionDef f) {
        Map<String, Step> steps = steps(f.getNodeDefList(), true);
        List<Edge> results = new ArrayList<>();
        for (OpDef.ArgDef out : f.getSignature().getOutputArgList()) {
            String edge = f.getRetMap().get(out.getName());
            if (edge == null)
                throw new ModelFormatException(
                        "function " + f.getSignature().getName() + " returns no " + out.getName());
            results.add(Edge.of(edge, true));
        }
        List<String> parameters = f.getSignature().getInputArgList().stream()
                .map(OpDef.ArgDef::getName)
                .toList();
        List<String> names = f.getSignature().getOutputArgList().stream()
                .map(OpDef.ArgDef::getName)
                .toList();
        return new Body(f.getSignature().getName(), parameters, steps, results, names);
    }

    static Body of(GraphDef g) {
        return new Body("", List.of(), steps(g.getNodeList(), false), List.of(), List.of());
    }

    private static Map<String, Step> steps(List<NodeDef> nodes, boolean inFunction) {
        Map<String, Step> steps = new LinkedHashMap<>();
        for (NodeDef n : nodes) {
            List<Edge> inputs = new ArrayList<>();
            List<String> controls = new ArrayList<>();
            for (String in : n.getInputList()) {
                if (in.startsWith("^")) controls.add(in.substring(1));
                else inputs.add(Edge.of(in, inFunction));
            }
            if (steps.put(n.getName(), new Step(n, inputs, controls)) != null) {
                throw new ModelFormatException("two nodes are called \"" + n.getName() + "\"");
            }
        }
        return steps;
    }

    String name() {
        return name;
    }

    List<String> parameters() {
        return parameters;
    }

    List<Edge> results() {
        return results;
    }

    /** The names of the results, by which a node that calls this function names its outputs. */
    List<String> resultNames() {
        return resultNames;
    }

    Collection<Step> steps() {
        return steps.values();
    }

    @Nullable
    Step step(String node) {
        return steps.get(node);
    }

    /** The argument that a result is, possibly through identities; -1 if it is computed. */
    int argumentOf(Edge result) {
        Edge e = result;
        for (int hops = 0; hops <= steps.size(); hops++) {
            Step s = steps.get(e.node());
            if (s == null) return parameters.indexOf(e.node());
            if (!s.node().getOp().equals("Identity") || s.inputs().isEmpty()) return -1;
            e = s.inputs().get(0);
        }
        return -1;
    }

    /**
     * The nodes that some of them need, by data, and by control where that leads to an effect, in an order in which they can run.
     *
     * @throws ModelFormatException if they go in a circle, or one is missing
     */
    List<Step> order(Collection<String> wanted, Effects effects) {
        Map<String, Integer> state = new HashMap<>(); // 1: begun, 2: done
        List<Step> order = new ArrayList<>();
        for (String w : wanted) visit(w, state, order, effects);
        return order;
    }

    /** Says which nodes change something. */
    interface Effects {
        boolean hasEffect(NodeDef node);
    }

    // Not recursive: graphs are as deep as networks.
    private void visit(String root, Map<String, Integer> state, List<Step> order, Effects effects) {
        Deque<String> stack = new ArrayDeque<>();
        stack.push(root);
        while (!stack.isEmpty()) {
            String name = stack.peek();
            Step s = steps.get(name);
            if (s == null) {
                if (!parameters.contains(name)) throw new ModelFormatException("there is no node \"" + name + "\"");
                stack.pop();
                continue;
            }
            int at = state.getOrDefault(name, 0);
            if (at == 2) {
                stack.pop();
                continue;
            }
            if (at == 1) {
                state.put(name, 2);
                order.add(s);
                stack.pop();
                continue;
            }
            state.put(name, 1);
            for (Edge e : s.inputs()) push(e.node(), state, stack);
            for (String c : s.controls()) {
                Step before = steps.get(c);
                if (before != null && leadsToEffect(before, effects)) push(c, state, stack);
            }
        }
    }

    private void push(String name, Map<String, Integer> state, Deque<String> stack) {
        int at = state.getOrDefault(name, 0);
        if (at == 1) {
            Step s = steps.get(name);
            String op = s == null ? "" : s.node().getOp();
            throw new ModelFormatException("the nodes before \"" + name + "\" (" + op + ") go in a circle");
        }
        if (at == 0) stack.push(name);
    }

    private final Map<String, Boolean> effectful = new HashMap<>();

    /** Whether a node changes something, or is a mere meeting point of control edges behind one that does. */
    private boolean leadsToEffect(Step s, Effects effects) {
        Boolean known = effectful.get(s.node().getName());
        if (known != null) return known;
        effectful.put(s.node().getName(), false); // while it is looked at
        boolean r = effects.hasEffect(s.node());
        if (!r) {
            for (String c : s.controls()) {
                Step before = steps.get(c);
                if (before != null && leadsToEffect(before, effects)) r = true;
            }
        }
        effectful.put(s.node().getName(), r);
        return r;
    }
}
