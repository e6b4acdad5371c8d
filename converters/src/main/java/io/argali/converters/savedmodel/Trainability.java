package io.argali.converters.savedmodel;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.argali.loader.ModelFormatException;
import io.argali.loader.protobuf.CollectionDef;
import io.argali.loader.protobuf.MetaGraphDef;
import io.argali.loader.protobuf.VariableDef;
import io.argali.loader.tensorbundle.TensorBundle;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which variables are trained: what the object graph says, or, in files of TensorFlow 1, the collection of those that are. */
final class Trainability {
    private final MetaGraphDef graph;
    private final @Nullable TensorBundle bundle;

    Trainability(MetaGraphDef graph, @Nullable TensorBundle bundle) {
        this.graph = graph;
        this.bundle = bundle;
    }

    /** For each variable in the graph whether it is trained; those that nothing is said of are left out. */
    Map<String, Boolean> byKey(Map<String, List<Item.Stored>> stored) {
        Map<String, Boolean> r = new HashMap<>();
        if (graph.hasObjectGraphDef() && graph.getObjectGraphDef().getNodesCount() > 0 && bundle != null) {
            Map<String, Boolean> byCheckpoint = new ObjectGraph(graph.getObjectGraphDef(), bundle).trainable();
            stored.forEach((key, parts) -> {
                Boolean t = byCheckpoint.get(parts.getFirst().name());
                if (t != null) r.put(key, t);
            });
            return r;
        }
        Set<String> trained = collection("trainable_variables");
        Set<String> all = collection("variables");
        if (!all.isEmpty()) for (String key : stored.keySet()) r.put(key, trained.contains(key));
        return r;
    }

    private Set<String> collection(String name) {
        CollectionDef c = graph.getCollectionDefMap().get(name);
        Set<String> r = new HashSet<>();
        if (c == null) return r;
        for (ByteString b : c.getBytesList().getValueList()) {
            try {
                String v = VariableDef.parseFrom(b).getVariableName();
                r.add(v.endsWith(":0") ? v.substring(0, v.length() - 2) : v);
            } catch (InvalidProtocolBufferException e) {
                throw new ModelFormatException("the collection " + name + " is garbled: " + e.getMessage(), e);
            }
        }
        return r;
    }
}
