package io.argali.converters.savedmodel;

import com.google.protobuf.InvalidProtocolBufferException;
import io.argali.loader.ModelFormatException;
import io.argali.loader.protobuf.SavedObject;
import io.argali.loader.protobuf.SavedObjectGraph;
import io.argali.loader.protobuf.TrackableObjectGraph;
import io.argali.loader.tensorbundle.TensorBundle;
import io.argali.runtime.model.VariableSpec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The objects of a SavedModel beside those of its checkpoint: both are walked from the root, along edges of the same names. */
final class ObjectGraph {
    static final String KEY = "_CHECKPOINTABLE_OBJECT_GRAPH";

    private final SavedObjectGraph saved;
    private final TrackableObjectGraph stored;
    /** For each object of the SavedModel the one of the checkpoint. */
    private final Map<Integer, Integer> pairs = new LinkedHashMap<>();

    ObjectGraph(SavedObjectGraph saved, TensorBundle bundle) {
        this.saved = saved;
        this.stored = stored(bundle);
        pair();
    }

    /** The objects of a checkpoint. */
    static TrackableObjectGraph stored(TensorBundle bundle) {
        try {
            List<byte[]> bytes = bundle.strings(KEY);
            if (bytes.size() != 1) throw new ModelFormatException("the checkpoint's object graph is no single string");
            return TrackableObjectGraph.parseFrom(bytes.getFirst());
        } catch (InvalidProtocolBufferException e) {
            throw new ModelFormatException("the checkpoint's object graph is garbled: " + e.getMessage(), e);
        }
    }

    private void pair() {
        if (saved.getNodesCount() == 0 || stored.getNodesCount() == 0) return;
        Deque<Integer> left = new ArrayDeque<>(List.of(0));
        pairs.put(0, 0);
        while (!left.isEmpty()) {
            int at = left.pop();
            int pair = Objects.requireNonNull(pairs.get(at));
            Map<String, Integer> others = new HashMap<>();
            for (var c : stored.getNodes(pair).getChildrenList()) others.put(c.getLocalName(), c.getNodeId());
            for (var c : saved.getNodes(at).getChildrenList()) {
                Integer other = others.get(c.getLocalName());
                boolean valid = other != null
                        && other >= 0
                        && other < stored.getNodesCount()
                        && c.getNodeId() >= 0
                        && c.getNodeId() < saved.getNodesCount();
                if (valid && pairs.putIfAbsent(c.getNodeId(), other) == null) left.push(c.getNodeId());
            }
        }
    }

    /** The name in the checkpoint of a variable's value. */
    @Nullable
    String key(int node) {
        Integer other = pairs.get(node);
        if (other == null) return null;
        for (var a : stored.getNodes(other).getAttributesList()) {
            if (a.getName().equals("VARIABLE_VALUE")) return a.getCheckpointKey();
        }
        return null;
    }

    /** The name in the checkpoint of a weight that is found by the names of attributes. */
    @Nullable
    String key(VariableSpec spec) {
        return new ObjectPaths(stored).key(spec);
    }

    /** The names in the checkpoint of the weights of a Keras layer, in its order; null if the object has no such list. */
    @Nullable
    List<String> weights(int layer) {
        Integer list = child(layer, "variables");
        if (list == null) return null;
        List<String> r = new ArrayList<>();
        for (Integer v = child(list, "0"); v != null; v = child(list, Integer.toString(r.size()))) {
            String key = key(v);
            if (key == null) return null;
            r.add(key);
        }
        return r;
    }

    /** The name of the function that an object's attribute is; null if it is none. */
    @Nullable
    String function(int object, String attribute) {
        Integer f = child(object, attribute);
        if (f == null || f < 0 || f >= saved.getNodesCount()) return null;
        var functions = saved.getNodes(f).getFunction().getConcreteFunctionsList();
        return functions.isEmpty() ? null : functions.getFirst();
    }

    @Nullable
    Integer child(int node, String name) {
        if (node < 0 || node >= saved.getNodesCount()) return null;
        for (var c : saved.getNodes(node).getChildrenList())
            if (c.getLocalName().equals(name)) return c.getNodeId();
        return null;
    }

    /** Whether a variable is trained, by the name of its value in the checkpoint. */
    Map<String, Boolean> trainable() {
        Map<String, Boolean> r = new HashMap<>();
        for (int i = 0; i < saved.getNodesCount(); i++) {
            SavedObject o = saved.getNodes(i);
            String key = o.hasVariable() ? key(i) : null;
            if (key != null) r.merge(key, o.getVariable().getTrainable(), Boolean::logicalOr);
        }
        return r;
    }
}
