package io.argali.converters.savedmodel;

import io.argali.loader.protobuf.TrackableObjectGraph;
import io.argali.loader.tensorbundle.TensorBundle;
import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.core.InputLayer;
import io.argali.runtime.model.Composite;
import io.argali.runtime.model.Sequential;
import io.argali.runtime.model.VariableSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a checkpoint keeps the weights of Keras layers: along the names of the attributes that hold one object in the other. A model's layers are
 * {@code layer-0}, {@code layer-1} and so on.
 */
public final class ObjectPaths {
    private final TrackableObjectGraph graph;

    /**
     * Of a checkpoint.
     *
     * @throws io.argali.loader.ModelFormatException if it has no objects
     */
    public static ObjectPaths of(TensorBundle bundle) {
        return new ObjectPaths(ObjectGraph.stored(bundle));
    }

    ObjectPaths(TrackableObjectGraph graph) {
        this.graph = graph;
    }

    /** The name of a weight's value in the checkpoint; null if there is none. */
    public @Nullable String key(VariableSpec spec) {
        int at = 0;
        List<VariableSpec.Owner> owners = spec.owners();
        for (int i = 1; i < owners.size(); i++) {
            VariableSpec.Owner o = owners.get(i);
            int next = owners.get(i - 1).layer() instanceof Composite c
                    ? child(at, "layer-" + index(c, o.attribute()))
                    : attribute(at, o.attribute());
            if (next < 0) return null;
            at = next;
        }
        int variable = attribute(at, spec.name());
        if (variable < 0) return null;
        for (var a : graph.getNodes(variable).getAttributesList()) {
            if (a.getName().equals("VARIABLE_VALUE")) return a.getCheckpointKey();
        }
        return null;
    }

    /** The input of a sequential model is none of its layers. */
    private static int index(Composite model, String name) {
        int i = 0;
        for (Instance l : model.layers()) {
            if (l.name().equals(name)) return i;
            if (!(model instanceof Sequential && l.layer() instanceof InputLayer)) i++;
        }
        return -1;
    }

    /** Keras 2 keeps some layers to itself, and has another name for a depthwise kernel. */
    private int attribute(int node, String name) {
        for (String spelling : List.of(name, "_" + name, "depthwise_" + name)) {
            int found = child(node, spelling);
            if (found >= 0) return found;
        }
        return -1;
    }

    private int child(int node, String name) {
        if (node >= graph.getNodesCount()) return -1;
        for (var c : graph.getNodes(node).getChildrenList()) {
            boolean valid = c.getNodeId() >= 0 && c.getNodeId() < graph.getNodesCount();
            if (valid && c.getLocalName().equals(name)) return c.getNodeId();
        }
        return -1;
    }
}
