package io.argali.runtime.plan;

import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A batch of images, one after the other through the layers that see them as images: what one layer writes is still in cache when the next
 * reads it, and each thread has images of its own. It pays where values are larger than weights, which are read for each image.
 */
final class ImageLoop {
    /** Floats that the largest value of a batch has at least: fewer stay in cache in any case. */
    private static final int LARGE = 1 << 20;

    private static final int IMAGE_RANK = 4;

    private final Graph graph;
    private final int batch;
    private final Set<Node> varying = identitySet();
    private final Set<Node> trunk = identitySet();

    private ImageLoop(Graph graph, int batch) {
        this.graph = graph;
        this.batch = batch;
        List<Node> nodes = graph.nodes();
        Set<Node> parameters = identitySet();
        for (Value p : graph.parameters()) parameters.add(p.node());
        for (Node n : nodes)
            if (parameters.contains(n) || n.inputs().stream().anyMatch(v -> varying.contains(v.node()))) varying.add(n);
        for (Node n : nodes.reversed()) {
            boolean image = varying.contains(n)
                    && !parameters.contains(n)
                    && n.types().stream().anyMatch(t -> isImage(t, batch));
            if (image || trunk.contains(n)) {
                trunk.add(n);
                for (Value v : n.inputs()) trunk.add(v.node());
            }
        }
        trunk.removeAll(parameters);
    }

    private static Set<Node> identitySet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    private static boolean isImage(TensorType t, int batch) {
        return t.shape().rank() == IMAGE_RANK && t.shape().dim(0) == batch;
    }

    /** The same function, with such a loop if it pays. */
    static Graph apply(Graph graph, int threads) {
        int batch = graph.parameters().stream()
                .filter(v -> v.rank() == IMAGE_RANK)
                .mapToInt(v -> v.shape().dim(0))
                .findFirst()
                .orElse(0);
        if (batch < 2 * threads) return graph;
        ImageLoop loop = new ImageLoop(graph, batch);
        return loop.pays() ? loop.build() : graph;
    }

    private boolean pays() {
        long values = 0, largest = 0, weights = 0;
        for (Node n : trunk) {
            long size = n.types().get(0).shape().size();
            if (n.op() instanceof Op.Variable) weights += size;
            if (!varying.contains(n)) continue;
            values += size;
            largest = Math.max(largest, size);
        }
        return largest >= LARGE && values / batch > weights;
    }

    private Graph build() {
        Set<Value> results = new LinkedHashSet<>();
        for (Node n : graph.nodes()) if (!trunk.contains(n)) results.addAll(n.inputs());
        results.addAll(graph.outputs());
        results.removeIf(v -> !trunk.contains(v.node()) || !varying.contains(v.node()));
        Set<Value> used = new LinkedHashSet<>();
        for (Node n : trunk) used.addAll(n.inputs());
        List<Value> inputs = graph.parameters().stream().filter(used::contains).toList();
        Graph part = BatchPart.of(new Graph(inputs, List.copyOf(results)), inputs.size(), batch, 1);
        boolean images =
                results.stream().allMatch(this::hasRows) && inputs.stream().allMatch(this::hasRows);
        if (part == null || !images) return graph;

        List<Value> parameters = new ArrayList<>(), outputs = new ArrayList<>();
        Map<Value, Value> replaced = new HashMap<>();
        for (Value v : part.parameters()) {
            Value p =
                    Value.parameter("image", new TensorType(v.dtype(), v.shape().without(0)));
            parameters.add(p);
            replaced.put(v, p.reshape(v.shape()));
        }
        for (Value v : part.substitute(replaced))
            outputs.add(v.reshape(v.shape().without(0)));
        Op.Scan scan = new Op.Scan(new Graph(parameters, outputs), 0, inputs.size(), batch, 0, false);
        Node loop = Node.of(scan, inputs);
        Map<Value, Value> known = new HashMap<>();
        for (Value v : results) known.put(v, loop.output(known.size()));
        return new Graph(graph.parameters(), graph.substitute(known));
    }

    private boolean hasRows(Value v) {
        return v.rank() > 0 && v.shape().dim(0) == batch;
    }
}
