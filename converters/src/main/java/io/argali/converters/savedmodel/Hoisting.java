package io.argali.converters.savedmodel;

import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes matrix products out of a scan: where each step multiplies its element of a sequence by the same matrix, all steps are multiplied at once
 * before the loop. That is the input projection of a recurrent layer.
 */
record Hoisting(List<Value> elements, List<Value> sequences) {
    /** Changes {@code outputs} in place. */
    static Hoisting of(List<Value> elements, List<Value> sequences, List<Value> parameters, List<Value> outputs) {
        List<Value> newElements = new ArrayList<>(elements), newSequences = new ArrayList<>(sequences);
        Graph body = new Graph(parameters, outputs);
        Map<Node, Boolean> inside = new IdentityHashMap<>();
        for (Value p : parameters) inside.put(p.node(), true);
        Map<Value, Value> replaced = new java.util.HashMap<>();
        for (Node n : body.nodes()) {
            boolean depends = inside.containsKey(n) || n.inputs().stream().anyMatch(v -> inside.get(v.node()));
            inside.put(n, depends);
            if (!(n.op() instanceof Op.MatMul m) || m.transposeA()) continue;
            int k = elements.indexOf(n.input(0));
            if (k < 0
                    || n.input(0).rank() != 2
                    || n.input(1).rank() != 2
                    || Boolean.TRUE.equals(inside.get(n.input(1).node()))) continue;
            Value all = sequences.get(k);
            Shape s = all.shape();
            Value product = all.reshape(s.dim(0) * s.dim(1), s.dim(2)).matMul(n.input(1), false, m.transposeB());
            int columns = product.shape().last();
            Value element = Value.parameter("element", TensorType.of(all.dtype(), s.dim(1), columns));
            newElements.add(element);
            newSequences.add(product.reshape(s.dim(0), s.dim(1), columns));
            replaced.put(n.output(0), element);
        }
        if (replaced.isEmpty()) return new Hoisting(newElements, newSequences);
        List<Value> changed = body.substitute(replaced);
        for (int i = 0; i < changed.size(); i++) outputs.set(i, changed.get(i));
        // Elements that nobody asks for any more need not be walked.
        List<Node> reached = new Graph(List.of(), outputs).nodes();
        for (int i = newElements.size() - 1; i >= 0; i--) {
            if (!reached.contains(newElements.get(i).node())) {
                newElements.remove(i);
                newSequences.remove(i);
            }
        }
        return new Hoisting(newElements, newSequences);
    }
}
