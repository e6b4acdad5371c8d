package io.argali.runtime.op;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A function from parameters to outputs; the nodes are what the outputs reach. */
public record Graph(List<Value> parameters, List<Value> outputs) {
    public Graph {
        parameters = List.copyOf(parameters);
        outputs = List.copyOf(outputs);
    }

    /** Every node that the outputs need, inputs before users, in the order in which the outputs ask for them. */
    public List<Node> nodes() {
        List<Node> order = new ArrayList<>();
        Set<Node> done = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Value output : outputs) visit(output.node(), done, order);
        return order;
    }

    /**
     * The outputs with some values replaced: the nodes in between are made anew.
     *
     * @param replaced may hold parameters of this graph and any other of its values
     */
    public List<Value> substitute(Map<Value, Value> replaced) {
        Map<Value, Value> known = new HashMap<>(replaced);
        for (Node n : nodes()) {
            if (known.containsKey(n.output(0))) continue;
            List<Value> inputs =
                    n.inputs().stream().map(v -> known.getOrDefault(v, v)).toList();
            if (inputs.equals(n.inputs())) continue;
            Node copy = Node.of(n.op(), inputs, n.origin());
            for (int i = 0; i < n.types().size(); i++) known.put(n.output(i), copy.output(i));
        }
        return outputs.stream().map(v -> known.getOrDefault(v, v)).toList();
    }

    // Not recursive: an unrolled recurrence is thousands of nodes deep.
    private static void visit(Node root, Set<Node> done, List<Node> order) {
        Deque<Node> stack = new ArrayDeque<>();
        Deque<Integer> next = new ArrayDeque<>();
        if (!done.add(root)) return;
        stack.push(root);
        next.push(0);
        while (!stack.isEmpty()) {
            Node node = stack.peek();
            int i = next.pop();
            if (i == node.inputs().size()) {
                stack.pop();
                order.add(node);
                continue;
            }
            next.push(i + 1);
            Node input = node.input(i).node();
            if (done.add(input)) {
                stack.push(input);
                next.push(0);
            }
        }
    }
}
