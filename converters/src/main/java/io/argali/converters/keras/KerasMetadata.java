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
import java.util.Optional;
import java.util.SortedMap;
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
    private @Nullable RuntimeException reason;

    public KerasMetadata(String label, SavedMetadata metadata, LayerCatalog catalog) {
        this.label = label;
        this.metadata = metadata;
        this.catalog = catalog;
    }

    /** What the SavedModel itself holds of an object of the metadata. */
    public interface Objects {
        /** The names in the checkpoint of the weights of an object, in Keras' order; null if nothing is said. */
        @Nullable
        List<String> weights(int object);

        /** The name of one weight in the checkpoint, found by the names of attributes. */
        @Nullable
        String weight(VariableSpec spec);

        /** The tokens of a lookup layer's table, by their numbers; null if it has none. */
        @Nullable
        SortedMap<Long, Object> tokens(int object);

        /** The name in the checkpoint of a variable of an object, or of the lookup inside it; null if it has none. */
        @Nullable
        String variable(int object, String attribute);

        double[] numbers(String variable);
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
     */
    public @Nullable Plan plan(Objects objects) {
        try {
            return tryPlan(objects);
        } catch (UnsupportedModelException | ModelFormatException | io.argali.runtime.tensor.ShapeException e) {
            reason = e; // the graph says all that is needed to predict
            return null;
        }
    }

    /** Why the model was not made of layers, where that is known. */
    public @Nullable RuntimeException reason() {
        return reason;
    }

    private @Nullable Plan tryPlan(Objects objects) {
        KerasNode top = find("root");
        if (top == null) return null;
        Map<?, ?> said = json(top);
        if (!(said.get("config") instanceof Map<?, ?> config) || !config.containsKey("layers")) return null;
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("class_name", said.get("class_name"));
        object.put("config", withWhatWasLearnt(objects, "root", config));
        Instance root = ModelReader.read(label, Keras2.layer(label, object), catalog);
        if (!(root.layer() instanceof Composite model) || !hasVocabularies(model)) return null;
        Map<String, VariableSpec> variables = WeightFile.declare(label, root);
        List<VariableSpec> stored = new ArrayList<>();
        for (VariableSpec s : variables.values()) {
            if (s.isCopy()) return null;
            stored.add(s);
        }
        Map<String, String> keys = new LinkedHashMap<>();
        Map<String, KerasNode> nodes = layers("root");
        for (Map.Entry<String, List<VariableSpec>> e :
                VariableOrder.byLayer(model, stored).entrySet()) {
            if (e.getValue().isEmpty()) continue;
            KerasNode n = nodes.get(e.getKey());
            List<VariableSpec> unnamed = new ArrayList<>();
            for (VariableSpec s : e.getValue()) {
                if (!WeightFile.isNamed(s)) {
                    unnamed.add(s);
                    continue;
                }
                String key = n == null ? null : objects.variable(n.getNodeId(), s.name());
                if (key == null) return null;
                keys.put(s.path(), key);
            }
            if (unnamed.isEmpty()) continue;
            List<String> names = n == null ? null : objects.weights(n.getNodeId());
            List<VariableSpec> order = LegacyH5.trainableFirst(unnamed);
            if (names != null && names.size() != order.size()) return null;
            for (int i = 0; i < order.size(); i++) {
                String key = names == null ? objects.weight(order.get(i)) : names.get(i);
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
            ArrayData data = checkpoint.array(java.util.Objects.requireNonNull(plan.keys.get(path)));
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
        return model.withSavedTraining(
                Keras2Training.of(label, plan.compileConfig, new OptimizerInCheckpoint(plan, checkpoint), model, null));
    }

    private record OptimizerInCheckpoint(Plan plan, TensorBundle checkpoint) implements Keras2State.Source {
        @Override
        public List<Tensor> read(@Nullable List<Keras2State.NamedSlot> legacy) {
            List<String> keys = new ArrayList<>();
            if (legacy == null) {
                keys.add("optimizer/_iterations" + VALUE);
                while (checkpoint.has("optimizer/_variables/" + keys.size() + VALUE))
                    keys.add("optimizer/_variables/" + keys.size() + VALUE);
            } else {
                keys.add("optimizer/iter" + VALUE);
                for (Keras2State.NamedSlot s : legacy)
                    keys.add(java.util.Objects.requireNonNull(plan.keys.get(s.path()))
                            .replace(VALUE, "/.OPTIMIZER_SLOT/optimizer/" + s.name() + VALUE));
            }
            return keys.stream().filter(checkpoint::has).map(this::tensor).toList();
        }

        @Override
        public Optional<Keras2State.Scale> scale() {
            String number = "optimizer/loss_scale/current_loss_scale" + VALUE,
                    good = "optimizer/loss_scale/good_steps" + VALUE;
            if (!checkpoint.has(number) || !checkpoint.has(good)) return Optional.empty();
            return Optional.of(new Keras2State.Scale(
                    tensor(number).item(), (long) tensor(good).item()));
        }

        private Tensor tensor(String key) {
            return Tensors.of(key, checkpoint.array(key));
        }
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

    /** The objects of a model's layers, by the layers' names. */
    private Map<String, KerasNode> layers(String model) {
        Map<String, KerasNode> r = new LinkedHashMap<>();
        for (KerasNode n : metadata.getNodesList()) {
            boolean inside = n.getNodePath().startsWith(model + ".")
                    && n.getNodePath().substring(model.length() + 1).matches("layer(_with_weights)?-[0-9]+");
            if (!inside) continue;
            if (json(n).get("name") instanceof String name) r.putIfAbsent(name, n);
        }
        return r;
    }

    private Map<?, ?> json(KerasNode n) {
        Object o = Json.parse(label + ": " + n.getNodePath(), n.getMetadata());
        if (plain(o) instanceof Map<?, ?> m) return m;
        throw new ModelFormatException(label + ": the metadata of " + n.getNodePath() + " is no object");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> compileConfig(Map<?, ?> said) {
        return said.get("training_config") instanceof Map<?, ?> m ? (Map<String, Object>) m : Map.of();
    }

    /** Tuples and shapes, which stand as objects, as the lists that they are in other files. */
    private static @Nullable Object plain(@Nullable Object o) {
        if (o instanceof List<?> l) {
            List<@Nullable Object> r = new ArrayList<>();
            for (Object each : l) r.add(plain(each));
            return r;
        }
        if (!(o instanceof Map<?, ?> m)) return o;
        boolean list = "__tuple__".equals(m.get("class_name")) || "TensorShape".equals(m.get("class_name"));
        if (list && m.get("items") instanceof List<?> items) return plain(items);
        Map<String, @Nullable Object> r = new LinkedHashMap<>();
        m.forEach((k, v) -> r.put(String.valueOf(k), plain(v)));
        return r;
    }

    // What preprocessing layers have learnt is in their objects, not in their configurations.

    private Map<String, @Nullable Object> withWhatWasLearnt(Objects objects, String path, Map<?, ?> model) {
        Map<String, KerasNode> nodes = layers(path);
        Map<String, @Nullable Object> r = copy(model);
        List<@Nullable Object> layers = new ArrayList<>();
        for (Object o : model.get("layers") instanceof List<?> l ? l : List.of()) {
            boolean known = o instanceof Map<?, ?> l && l.get("config") instanceof Map<?, ?>;
            layers.add(known ? learnt(objects, nodes, copy((Map<?, ?>) java.util.Objects.requireNonNull(o))) : o);
        }
        r.put("layers", layers);
        return r;
    }

    private Map<String, @Nullable Object> learnt(
            Objects objects, Map<String, KerasNode> nodes, Map<String, @Nullable Object> layer) {
        Map<String, @Nullable Object> config = copy((Map<?, ?>) java.util.Objects.requireNonNull(layer.get("config")));
        KerasNode n = nodes.get(String.valueOf(config.get("name")));
        if (n == null) return layer;
        if (config.get("layers") instanceof List<?>) {
            config = withWhatWasLearnt(objects, n.getNodePath(), config);
        } else {
            switch (String.valueOf(layer.get("class_name"))) {
                case "StringLookup", "IntegerLookup", "TextVectorization" ->
                    vocabulary(objects, n.getNodeId(), layer, config);
                case "Discretization" -> boundaries(objects, n.getNodeId(), config);
                default -> {}
            }
        }
        layer.put("config", config);
        return layer;
    }

    private static Map<String, @Nullable Object> copy(Map<?, ?> m) {
        Map<String, @Nullable Object> r = new LinkedHashMap<>();
        m.forEach((k, v) -> r.put(String.valueOf(k), v));
        return r;
    }

    /** The tokens behind those for what is masked or unknown. */
    private static void vocabulary(
            Objects objects, int object, Map<String, @Nullable Object> layer, Map<String, @Nullable Object> config) {
        if (config.get("vocabulary") != null) return;
        SortedMap<Long, Object> tokens = objects.tokens(object);
        if (tokens == null) return;
        boolean text = "TextVectorization".equals(layer.get("class_name")),
                counts = !"int".equals(config.get("output_mode"));
        boolean masks = !counts && (text || config.get("mask_token") != null);
        long unknown = text ? 1 : config.get("num_oov_indices") instanceof Number k ? k.longValue() : 1;
        long first = unknown + (masks ? 1 : 0);
        config.put("vocabulary", List.copyOf(tokens.tailMap(first).values()));
    }

    /** Keras' compress: where equal parts of the sorted numbers end, between those of a summary (numbers, then how often each came). */
    private static void boundaries(Objects objects, int object, Map<String, @Nullable Object> config) {
        String variable = objects.variable(object, "summary");
        if (config.get("bin_boundaries") != null || variable == null) return;
        double[] summary = objects.numbers(variable);
        if (summary.length < 4 || !(config.get("num_bins") instanceof Number bins)) return;
        int n = summary.length / 2;
        double[] part = new double[n];
        double sum = 0;
        for (int i = 0; i < n; i++) part[i] = sum += summary[n + i];
        List<Object> r = new ArrayList<>();
        double step = 1.0 / bins.intValue();
        for (int k = 1; k < bins.intValue(); k++) {
            double at = k * step * sum;
            int i = 0;
            while (i < n && part[i] < at) i++;
            double x = i == 0 ? summary[0] : i == n ? summary[n - 1] : between(summary, part, i, at);
            r.add((double) (float) x);
        }
        config.put("bin_boundaries", r);
    }

    private static double between(double[] x, double[] part, int i, double at) {
        double width = part[i] - part[i - 1];
        return width == 0 ? x[i] : x[i - 1] + (x[i] - x[i - 1]) * (at - part[i - 1]) / width;
    }
}
