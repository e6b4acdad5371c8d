package io.argali.converters.keras;

import io.argali.converters.UnsupportedModelException;
import io.argali.loader.ArrayData;
import io.argali.loader.ModelFormatException;
import io.argali.loader.json.Json;
import io.argali.loader.protobuf.KerasNode;
import io.argali.loader.protobuf.SavedMetadata;
import io.argali.loader.tensorbundle.TensorBundle;
import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.preprocessing.VocabularyLayer;
import io.argali.runtime.model.Composite;
import io.argali.runtime.model.Model;
import io.argali.runtime.model.VariableOrder;
import io.argali.runtime.model.VariableSpec;
import io.argali.runtime.model.Weights;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What Keras 2 writes beside a SavedModel ({@code keras_metadata.pb}): the configuration of each layer with its place in the object graph. From it,
 * and from the weights of the layers' objects, the model is built of layers again.
 */
public final class KerasMetadata {
    /** The end of a variable's name in a checkpoint. */
    private static final String VALUE = "/.ATTRIBUTES/VARIABLE_VALUE";

    private final String label;
    private final SavedMetadata metadata;
    private final LayerCatalog catalog;

    public KerasMetadata(String label, SavedMetadata metadata, LayerCatalog catalog) {
        this.label = label;
        this.metadata = metadata;
        this.catalog = catalog;
    }

    /**
     * A model's layers with the names of their weights in the checkpoint.
     *
     * @param compileConfig how it was compiled, as Keras 2 says it; empty if it was not
     */
    public record Plan(
            Instance root,
            Map<String, VariableSpec> variables,
            Map<String, String> keys,
            Map<String, Object> compileConfig) {}

    /**
     * How the model is made of layers, if it is: null where the metadata has no configuration, or one that is not of Keras' own layers.
     *
     * @param weights the names in the checkpoint of the weights of an object, in Keras' order; null if nothing is said
     * @param weight the name of one weight, found by the names of attributes
     */
    public @Nullable Plan plan(
            IntFunction<@Nullable List<String>> weights, Function<VariableSpec, @Nullable String> weight) {
        try {
            return tryPlan(weights, weight);
        } catch (UnsupportedModelException | ModelFormatException | io.argali.runtime.tensor.ShapeException e) {
            return null; // the graph says all that is needed to predict
        }
    }

    private @Nullable Plan tryPlan(
            IntFunction<@Nullable List<String>> weights, Function<VariableSpec, @Nullable String> weight) {
        KerasNode top = find("root");
        if (top == null) return null;
        Map<?, ?> said = json(top);
        if (!(said.get("config") instanceof Map<?, ?> config) || !config.containsKey("layers")) return null;
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("class_name", said.get("class_name"));
        object.put("config", config);
        Instance root = ModelReader.read(label, Keras2.layer(label, object), catalog);
        if (!(root.layer() instanceof Composite model) || !hasVocabularies(model)) return null;
        Map<String, VariableSpec> variables = WeightFile.declare(label, root);
        List<VariableSpec> stored = new ArrayList<>();
        for (VariableSpec s : variables.values()) {
            if (WeightFile.isNamed(s) || s.isCopy()) return null;
            stored.add(s);
        }
        Map<String, String> keys = new LinkedHashMap<>();
        Map<String, KerasNode> nodes = layers();
        for (Map.Entry<String, List<VariableSpec>> e :
                VariableOrder.byLayer(model, stored).entrySet()) {
            if (e.getValue().isEmpty()) continue;
            KerasNode n = nodes.get(e.getKey());
            List<String> names = n == null ? null : weights.apply(n.getNodeId());
            List<VariableSpec> order = LegacyH5.trainableFirst(e.getValue());
            if (names != null && names.size() != order.size()) return null;
            for (int i = 0; i < order.size(); i++) {
                String key = names == null ? weight.apply(order.get(i)) : names.get(i);
                if (key == null) return null;
                keys.put(order.get(i).path(), key);
            }
        }
        return new Plan(root, variables, keys, compileConfig(said));
    }

    /** The model with its weights, and the state of its optimizer. */
    public Model model(Plan plan, TensorBundle checkpoint) {
        Map<String, Tensor> values = new LinkedHashMap<>();
        plan.variables.forEach((path, spec) -> {
            ArrayData data = checkpoint.array(Objects.requireNonNull(plan.keys.get(path)));
            if (!Tensors.sameShape(data.shape(), spec.type().shape())) {
                throw new ModelFormatException("%s: weight %s has shape %s, expected %s"
                        .formatted(
                                label,
                                path,
                                java.util.Arrays.toString(data.shape()),
                                spec.type().shape()));
            }
            values.put(path, Tensors.lazy(label + ": " + path, data, spec.type().dtype()));
        });
        Model model = Model.of(plan.root, new Weights(values), plan.variables);
        return model.withSavedTraining(Keras2Training.of(
                label, plan.compileConfig, legacy -> optimizer(plan, legacy, checkpoint), model, null));
    }

    private static List<Tensor> optimizer(
            Plan plan, @Nullable List<Keras2State.NamedSlot> legacy, TensorBundle checkpoint) {
        List<String> keys = new ArrayList<>();
        if (legacy == null) {
            keys.add("optimizer/_iterations" + VALUE);
            while (checkpoint.has("optimizer/_variables/" + keys.size() + VALUE))
                keys.add("optimizer/_variables/" + keys.size() + VALUE);
        } else {
            keys.add("optimizer/iter" + VALUE);
            for (Keras2State.NamedSlot s : legacy)
                keys.add(Objects.requireNonNull(plan.keys.get(s.path()))
                        .replace(VALUE, "/.OPTIMIZER_SLOT/optimizer/" + s.name() + VALUE));
        }
        return keys.stream()
                .filter(checkpoint::has)
                .map(k -> Tensors.of(k, checkpoint.array(k)))
                .toList();
    }

    private static boolean hasVocabularies(Composite model) {
        for (Instance l : model.layers()) {
            if (l.layer() instanceof VocabularyLayer v && v.vocabulary() == null) return false;
            if (l.layer() instanceof Composite inner && !hasVocabularies(inner)) return false;
        }
        return true;
    }

    private @Nullable KerasNode find(String path) {
        for (KerasNode n : metadata.getNodesList()) if (n.getNodePath().equals(path)) return n;
        return null;
    }

    /** The objects of the outermost model's layers, by the layers' names. */
    private Map<String, KerasNode> layers() {
        Map<String, KerasNode> r = new LinkedHashMap<>();
        for (KerasNode n : metadata.getNodesList()) {
            if (!n.getNodePath().matches("root\\.layer(_with_weights)?-[0-9]+")) continue;
            if (json(n).get("name") instanceof String name) r.putIfAbsent(name, n);
        }
        return r;
    }

    private Map<?, ?> json(KerasNode n) {
        Object o = Json.parse(label + ": " + n.getNodePath(), n.getMetadata());
        if (o instanceof Map<?, ?> m) return m;
        throw new ModelFormatException(label + ": the metadata of " + n.getNodePath() + " is no object");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> compileConfig(Map<?, ?> said) {
        return said.get("training_config") instanceof Map<?, ?> m ? (Map<String, Object>) m : Map.of();
    }
}
