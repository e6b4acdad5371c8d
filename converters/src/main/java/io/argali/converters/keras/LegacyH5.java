package io.argali.converters.keras;

import io.argali.converters.UnsupportedModelException;
import io.argali.loader.ModelFormatException;
import io.argali.loader.hdf5.Dataset;
import io.argali.loader.hdf5.Group;
import io.argali.loader.hdf5.Hdf5File;
import io.argali.loader.hdf5.Hdf5Writer;
import io.argali.loader.hdf5.NewGroup;
import io.argali.loader.hdf5.TextType;
import io.argali.loader.json.Json;
import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.Lora;
import io.argali.runtime.layer.core.InputLayer;
import io.argali.runtime.layer.operation.OperationLayer;
import io.argali.runtime.model.Composite;
import io.argali.runtime.model.Edits;
import io.argali.runtime.model.Model;
import io.argali.runtime.model.Pipeline;
import io.argali.runtime.model.SavedTraining;
import io.argali.runtime.model.Sequential;
import io.argali.runtime.model.VariableOrder;
import io.argali.runtime.model.VariableSpec;
import io.argali.runtime.model.Weights;
import io.argali.runtime.tensor.Tensor;
import io.argali.trainer.optimizer.Slot;
import io.argali.trainer.optimizer.Updates;
import io.argali.trainer.optimizer.Weight;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The {@code .h5} that {@code model.save} wrote before the {@code .keras} format, and still writes: the configuration as an attribute, a group for
 * each layer with the names of its weights. Layers are matched by their order, as Keras does.
 */
public final class LegacyH5 {
    private static final String CONFIG = "model_config";
    private static final String VERSION = "keras_version";
    /** What Keras notes as its backend; it means nothing to readers of Keras 3. */
    private static final String BACKEND = "tensorflow";

    private LegacyH5() {}

    /** Reads a model. */
    public static Model read(Path path, LayerCatalog catalog) {
        String file = path.toString();
        Group root = Hdf5File.open(path).root();
        String text = root.attributes().findText(CONFIG);
        if (text == null) {
            throw new ModelFormatException(file
                    + ": has no model_config: it holds weights only; give the architecture as .json with --weights "
                    + file);
        }
        Object config = Json.parse(file + ": " + CONFIG, text);
        boolean old = isKeras2(file, root);
        Instance model = ModelReader.read(file, old ? Keras2.layer(file, config) : config, catalog);
        SavedTraining training = training(file, root);
        Model read = loadWeights(file, root.group("model_weights"), catalog, model);
        String version = root.attributes().findText(VERSION);
        return read.withSavedTraining(old ? Keras2Training.of(file, training, read, version) : training);
    }

    /** Which of two dialects a file is in; there are older ones. */
    private static boolean isKeras2(String file, Group root) {
        String version = root.attributes().findText(VERSION);
        if (version != null && version.startsWith("3")) return false;
        String backend = root.attributes().findText("backend");
        boolean theano = "theano".equals(backend);
        if (Keras2.wrote(version) && !theano) return true;
        throw UnsupportedModelException.of(
                file,
                List.of("the dialect of Keras " + (version == null ? "1" : version) + (theano ? " on Theano" : "")),
                "Load it in that Keras and save it again on TensorFlow, with Keras 2 or later.");
    }

    /** Whether a weights file has the layout of {@code .h5} rather than that of {@code .weights.h5}. */
    static boolean isLegacyWeights(Group root) {
        return root.attributes().hasTexts("layer_names");
    }

    /** The model with the weights of a legacy group. */
    static Model loadWeights(String file, Group group, LayerCatalog catalog, Instance root) {
        Map<String, VariableSpec> variables = WeightFile.declare(file, root);
        Collection<VariableSpec> specs = variables.values();
        if (!(root.layer() instanceof Composite model))
            throw new ModelFormatException(file + ": is not a model of layers");
        Map<String, Tensor> weights = new LinkedHashMap<>();
        List<VariableSpec> stored = new ArrayList<>();
        for (VariableSpec s : specs) {
            // This format has no place for the weights of lookup layers, which are those of the configuration.
            if (WeightFile.isNamed(s)) weights.put(s.path(), initial(s));
            else stored.add(s);
        }
        List<Map.Entry<String, List<VariableSpec>>> layers = VariableOrder.byLayer(model, stored).entrySet().stream()
                .filter(e -> !e.getValue().isEmpty())
                .toList();
        List<String> saved = group.attributes().texts("layer_names").stream()
                .filter(n -> !weightNames(group, n).isEmpty())
                .toList();
        if (saved.size() != layers.size()) {
            throw new ModelFormatException("%s: expected weights of %d layers %s, got %d %s"
                    .formatted(
                            file,
                            layers.size(),
                            layers.stream().map(Map.Entry::getKey).toList(),
                            saved.size(),
                            saved));
        }
        for (int i = 0; i < saved.size(); i++)
            read(
                    file,
                    group,
                    saved.get(i),
                    layers.get(i).getKey(),
                    layers.get(i).getValue(),
                    catalog,
                    weights);
        Map<String, Tensor> ordered = new LinkedHashMap<>();
        for (VariableSpec s : specs)
            ordered.put(s.path(), Objects.requireNonNull(weights.get(s.isCopy() ? s.original() : s.path())));
        return Model.of(root, new Weights(ordered), variables);
    }

    private static Tensor initial(VariableSpec s) {
        return s.options().initializer().create(s.type().shape(), s.type().dtype(), new SplittableRandom(0));
    }

    private static List<String> weightNames(Group group, String layer) {
        Group g = group.group(layer);
        return g.attributes().hasTexts("weight_names") ? g.attributes().texts("weight_names") : List.of();
    }

    private static void read(
            String file,
            Group group,
            String saved,
            String layer,
            List<VariableSpec> specs,
            LayerCatalog catalog,
            Map<String, Tensor> weights) {
        List<String> names = weightNames(group, saved);
        if (names.size() != specs.size()) {
            throw new ModelFormatException("%s: layer \"%s\" needs %d weights %s, the file has %d %s"
                    .formatted(
                            file,
                            layer,
                            specs.size(),
                            specs.stream().map(VariableSpec::name).toList(),
                            names.size(),
                            names));
        }
        List<VariableSpec> order = trainableFirst(specs);
        Group g = group.group(saved);
        for (int i = 0; i < names.size(); i++) {
            Dataset d = g.dataset(names.get(i));
            weights.put(order.get(i).path(), new WeightFile(file, catalog).tensor(order.get(i), d.path(), d));
        }
    }

    /** All that can be trained come first, then all the rest: of nested models too. */
    static List<VariableSpec> trainableFirst(List<VariableSpec> specs) {
        List<VariableSpec> order = new ArrayList<>();
        for (boolean trainable : new boolean[] {true, false})
            for (VariableSpec s : specs) if (s.trainable() == trainable) order.add(s);
        return order;
    }

    @SuppressWarnings("unchecked")
    private static SavedTraining training(String file, Group root) {
        String text = root.attributes().findText("training_config");
        Object config = text == null ? null : Json.parse(file + ": training_config", text);
        List<Tensor> variables = new ArrayList<>();
        if (root.has("optimizer_weights")) {
            Group g = root.group("optimizer_weights");
            List<String> names =
                    g.attributes().hasTexts("weight_names") ? g.attributes().texts("weight_names") : List.of();
            for (String name : names) {
                Dataset d = g.dataset(name);
                variables.add(Tensors.lazy(file + ": " + d.path(), d.data(), Tensors.dtype(d.path(), d.type())));
            }
        }
        return new SavedTraining(config instanceof Map<?, ?> m ? (Map<String, Object>) m : Map.of(), variables);
    }

    // Writing

    /** Writes a model. */
    public static void write(Model model, Path path, LayerCatalog catalog) {
        String file = path.toString();
        Hdf5Writer h5 = new Hdf5Writer();
        NewGroup root = h5.root();
        Map<String, @Nullable Object> config =
                legacy(ModelWriter.write(file, model, catalog, true), model.root(), catalog);
        root.attribute(VERSION, KerasConfig.VERSION, TextType.UTF8);
        root.attribute("backend", BACKEND, TextType.UTF8);
        root.attribute(CONFIG, Json.write(config), TextType.ASCII);
        SavedTraining training = model.savedTraining();
        if (!training.compileConfig().isEmpty()) {
            root.attribute(
                    "training_config", Json.write(CompileForms.legacy(training.compileConfig())), TextType.ASCII);
        }
        writeWeights(root.group("model_weights"), withoutAlphas(model), file);
        writeOptimizer(root, training, optimizerNames(file, model));
        h5.write(path);
    }

    /**
     * Keras writes adapters apart from what they adapt, but on reading takes the rank for {@code lora_alpha} in some layers: where the two differ,
     * what was learnt goes into the weights, which are the same for every reader.
     */
    private static Model withoutAlphas(Model model) {
        boolean differ = model.variables().values().stream()
                .map(v -> v.owners().getLast().instance())
                .filter(Objects::nonNull)
                .map(Lora::of)
                .anyMatch(l -> l != null && l.alpha() != l.rank());
        return differ ? Edits.withMergedLora(model) : model;
    }

    /** Writes the weights alone, as {@code save_weights} did before {@code .weights.h5}. */
    static void writeWeights(NewGroup group, Model model, String file) {
        if (!(model.root().layer() instanceof Composite composite))
            throw new ModelFormatException(file + ": only models of layers can be .h5");
        List<VariableSpec> stored = model.variables().values().stream()
                .filter(s -> !WeightFile.isNamed(s))
                .toList();
        Map<String, List<VariableSpec>> byLayer = VariableOrder.byLayer(composite, stored);
        // Operations are no layers there, nor is the input of a Sequential model.
        List<Instance> layers = composite.layers().stream()
                .filter(l -> !(l.layer() instanceof OperationLayer)
                        && !(composite instanceof Sequential && l.layer() instanceof InputLayer))
                .toList();
        group.attribute("layer_names", layers.stream().map(Instance::name).toList());
        group.attribute("backend", BACKEND, TextType.ASCII);
        group.attribute(VERSION, KerasConfig.VERSION, TextType.ASCII);
        for (Instance layer : layers) {
            List<VariableSpec> order = trainableFirst(byLayer.getOrDefault(layer.name(), List.of()));
            List<String> names = names(order);
            NewGroup own = group.group(layer.name());
            own.attribute("weight_names", names);
            for (int i = 0; i < names.size(); i++)
                WeightFile.dataset(
                        own, names.get(i), model.weights().get(order.get(i).path()));
        }
        group.group("top_level_model_weights").attribute("weight_names", List.of());
    }

    /** Keras' paths; where two weights have the same one, of which Keras can write neither, the whole ways to them. */
    private static List<String> names(List<VariableSpec> specs) {
        List<String> names = specs.stream().map(s -> Weight.of(s).path()).toList();
        return new HashSet<>(names).size() == names.size()
                ? names
                : specs.stream().map(VariableSpec::path).toList();
    }

    private static void writeOptimizer(NewGroup root, SavedTraining training, List<String> names) {
        List<Tensor> variables = training.optimizerVariables();
        if (variables.isEmpty()) return;
        NewGroup group = root.group("optimizer_weights");
        group.attribute("weight_names", names);
        for (int i = 0; i < variables.size(); i++) WeightFile.dataset(group, names.get(i), variables.get(i));
    }

    /** As Keras names the optimizer's variables; of an optimizer that is not known, by their numbers. */
    private static List<String> optimizerNames(String file, Model model) {
        SavedTraining training = model.savedTraining();
        int count = training.optimizerVariables().size();
        try {
            OptimizerReader.Read read =
                    OptimizerReader.fromCompileConfig(file, training.compileConfig(), OptimizerCatalog.standard());
            if (read != null) {
                List<Weight> weights = VariableOrder.of(model.variables().values()).stream()
                        .filter(VariableSpec::isOptimized)
                        .map(Weight::of)
                        .toList();
                Map<String, Slot> slots = Updates.of(read.optimizer(), weights).savedSlots();
                if (slots.size() == count) return List.copyOf(slots.keySet());
                List<String> first = slots.entrySet().stream()
                        .filter(e -> e.getValue().isBeforeTraining())
                        .map(Map.Entry::getKey)
                        .toList();
                if (first.size() == count) return first;
            }
        } catch (UnsupportedModelException e) {
            // Its state is kept all the same.
        }
        return IntStream.range(0, count)
                .mapToObj(i -> "optimizer/variable_" + i)
                .toList();
    }

    /**
     * The configuration in the form of this format: models' layers have class and configuration only. Operations keep their module, without which
     * Keras itself cannot read them again.
     */
    private static Map<String, @Nullable Object> legacy(
            Map<String, @Nullable Object> json, Instance instance, LayerCatalog catalog) {
        boolean operation = instance.layer() instanceof OperationLayer;
        Map<String, @Nullable Object> r = new LinkedHashMap<>();
        if (operation) {
            r.putAll(json);
        } else {
            r.put("class_name", legacyName(json, instance.layer(), catalog));
            r.put("config", withoutSharedPolicies(json.get("config")));
        }
        for (String key : List.of("name", "inbound_nodes", "shared_object_id"))
            if (json.containsKey(key)) r.put(key, json.get(key));
        if (instance.layer() instanceof Composite model && !(model instanceof Pipeline)) {
            Map<String, @Nullable Object> config = new LinkedHashMap<>(object(json.get("config")));
            List<Object> layers = new ArrayList<>();
            List<?> full = (List<?>) Objects.requireNonNull(config.get("layers"));
            for (int i = 0; i < full.size(); i++)
                layers.add(legacy(object(full.get(i)), model.layers().get(i), catalog));
            config.put("layers", layers);
            r.put("config", config);
        }
        return r;
    }

    /** Of dtype policies, this format does not say which are the same object. */
    private static @Nullable Object withoutSharedPolicies(@Nullable Object json) {
        if (json instanceof List<?> l) {
            List<@Nullable Object> r = new ArrayList<>();
            for (Object e : l) r.add(withoutSharedPolicies(e));
            return r;
        }
        if (!(json instanceof Map<?, ?> m)) return json;
        boolean policy = String.valueOf(m.get("class_name")).endsWith("Policy");
        Map<String, @Nullable Object> r = new LinkedHashMap<>();
        m.forEach((k, v) -> {
            if (!(policy && "shared_object_id".equals(k))) r.put(String.valueOf(k), withoutSharedPolicies(v));
        });
        return r;
    }

    /** The Python class, or what a custom one is registered as. */
    private static Object legacyName(Map<String, @Nullable Object> json, Layer layer, LayerCatalog catalog) {
        Object registered = json.get("registered_name");
        if (registered instanceof String) return registered;
        LayerCatalog.Row row = catalog.rowOf(layer);
        return row == null ? Objects.requireNonNull(json.get("class_name")) : row.pythonName();
    }

    @SuppressWarnings("unchecked") // keys are strings
    private static Map<String, @Nullable Object> object(@Nullable Object json) {
        return (Map<String, @Nullable Object>) Objects.requireNonNull(json);
    }
}
