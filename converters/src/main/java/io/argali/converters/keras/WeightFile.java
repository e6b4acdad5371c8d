package io.argali.converters.keras;

import io.argali.loader.ModelFormatException;
import io.argali.loader.hdf5.Dataset;
import io.argali.loader.hdf5.Group;
import io.argali.loader.hdf5.Hdf5Writer;
import io.argali.loader.hdf5.NewGroup;
import io.argali.loader.hdf5.Node;
import io.argali.loader.hdf5.TextType;
import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.Lora;
import io.argali.runtime.layer.core.InputLayer;
import io.argali.runtime.layer.preprocessing.VocabularyLayer;
import io.argali.runtime.model.Composite;
import io.argali.runtime.model.Edits;
import io.argali.runtime.model.Model;
import io.argali.runtime.model.Sequential;
import io.argali.runtime.model.VariableSpec;
import io.argali.runtime.model.Weights;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The layout of Keras 3's {@code .weights.h5}: {@code layers/<class>_<n>/<attribute>/vars/<i>}. */
final class WeightFile {
    private final String label;
    private final LayerCatalog catalog;

    WeightFile(String label, LayerCatalog catalog) {
        this.label = label;
        this.catalog = catalog;
    }

    /** The model with its weights, and the state of its optimizer, from a file. */
    static Model load(String label, LayerCatalog catalog, Instance root, @Nullable Object config, Group file) {
        Map<String, Dataset> datasets = new LinkedHashMap<>();
        collect(file, datasets);
        return load(label, catalog, root, config, datasets);
    }

    /** The model of a file of Keras 2, which calls some layers inside layers otherwise. */
    static Model loadKeras2(String label, LayerCatalog catalog, Instance root, @Nullable Object config, Group file) {
        Map<String, Dataset> datasets = new LinkedHashMap<>(), renamed = new LinkedHashMap<>();
        collect(file, datasets);
        datasets.forEach((path, d) -> renamed.put(Keras2.path(path), d));
        return load(label, catalog, root, config, renamed);
    }

    /** The same from datasets by path. */
    static Model load(
            String label, LayerCatalog catalog, Instance root, @Nullable Object config, Map<String, Dataset> datasets) {
        Map<String, VariableSpec> specs = declare(label, root);
        Map<String, Dataset> own = new LinkedHashMap<>();
        datasets.forEach((path, d) -> {
            // tf_keras' files hold metrics too.
            boolean other = path.startsWith("/optimizer/")
                    || path.startsWith("/metrics/")
                    || path.startsWith("/compile_metrics");
            // Keras 2.12 and 2.13 call the layers of a model otherwise.
            if (!other) own.put(path.replace("_layer_checkpoint_dependencies/", "layers/"), d);
        });
        return Model.of(root, new Weights(new WeightFile(label, catalog).read(own, specs.values())), specs)
                .withSavedTraining(OptimizerState.read(config, datasets));
    }

    // Writing

    /** A group of weights as it is to be written: its path, the name that Keras notes there, and the arrays by their names. */
    record WeightGroup(String path, @Nullable String name, Map<String, Tensor> arrays) {}

    /** All groups of a model's weight file, the optimizer's state last. */
    List<WeightGroup> groups(Model model) {
        Map<String, WeightGroup> groups = new LinkedHashMap<>();
        addGroups(model.root(), "", groups, new HashMap<>());
        Weights weights = Edits.withMergedLora(model).weights();
        for (Place place : places(model.variables().values())) {
            VariableSpec spec = place.spec();
            String path = place.path();
            String owner = path.substring(0, Math.max(0, path.lastIndexOf("vars/") - 1));
            addOwners(spec, owner, groups);
            String key = path.substring(path.lastIndexOf('/') + 1);
            Tensor value = weights.get(spec.path());
            Objects.requireNonNull(groups.get(owner)).arrays().put(key, value);
            WeightGroup copy = groups.get(owner + "/" + InnerLayers.LOOKUP);
            if (copy != null) copy.arrays().put(key, value);
        }
        OptimizerState.groups(model.savedTraining()).forEach(g -> groups.put(g.path(), g));
        return List.copyOf(groups.values());
    }

    private static WeightGroup group(String path, @Nullable String name, Map<String, WeightGroup> groups) {
        return groups.computeIfAbsent(path, p -> new WeightGroup(p, name, new LinkedHashMap<>()));
    }

    /** @param counts how many layers of each kind Keras has named, of those that layers make for themselves */
    private void addGroups(
            Instance instance, String path, Map<String, WeightGroup> groups, Map<String, Integer> counts) {
        group(path, instance.name(), groups);
        String start = path.isEmpty() ? "" : path + "/";
        InnerLayers.configured(instance.layer())
                .forEach((attribute, inner) -> addGroups(inner, start + attribute, groups, counts));
        InnerLayers.made(instance).forEach((attribute, name) -> {
            boolean own = name.equals(instance.name());
            int n = own ? 0 : counts.merge(name, 1, Integer::sum) - 1;
            group(start + attribute, n == 0 ? name : name + "_" + n, groups);
        });
        if (!(instance.layer() instanceof Composite model)) return;
        for (Instance l : model.layers()) {
            // A Sequential model's input is none of its layers in Keras.
            if (isOperation(l.layer()) || model instanceof Sequential && l.layer() instanceof InputLayer) continue;
            addGroups(l, start + "layers/" + numbered(model, l.name()), groups, counts);
        }
    }

    /** Layers inside layers: {@code lstm/cell}. */
    private void addOwners(VariableSpec spec, String path, Map<String, WeightGroup> groups) {
        List<VariableSpec.Owner> owners = spec.owners();
        String at = path;
        for (int i = owners.size() - 1; i > 0 && !groups.containsKey(at); i--) {
            VariableSpec.Owner o = owners.get(i);
            group(at, o.instance() != null ? o.kerasName() : catalog.groupName(o.layer()), groups);
            // Where it stands may be several steps away: {@code cells/lstm_cell}.
            for (long steps = o.attribute().chars().filter(c -> c == '/').count(); steps >= 0; steps--)
                at = at.substring(0, Math.max(0, at.lastIndexOf('/')));
        }
    }

    /** Puts groups into a file. */
    static void write(NewGroup file, Collection<WeightGroup> groups) {
        for (WeightGroup g : groups) {
            NewGroup vars = file.group(g.path().isEmpty() ? "vars" : g.path() + "/vars");
            if (g.name() != null) vars.attribute("name", g.name(), TextType.UTF8);
            g.arrays().forEach((key, t) -> dataset(vars, key, t));
        }
    }

    /** An array that is read when its turn to be written comes. */
    static void dataset(NewGroup group, String path, Tensor t) {
        group.dataset(path, Tensors.elementType(t.dtype()), Tensors.dims(t.shape()), () -> Tensors.toArray(t));
    }

    /** A model's weights, and the state of its optimizer, as a file. */
    static Hdf5Writer file(String label, LayerCatalog catalog, Model model) {
        Hdf5Writer file = new Hdf5Writer();
        write(file.root(), new WeightFile(label, catalog).groups(model));
        return file;
    }

    // Reading

    /** All datasets of a group by path, numbers in order. */
    static void collect(Group group, Map<String, Dataset> datasets) {
        for (String child : group.childrenInNaturalOrder()) {
            Node node = group.get(child);
            if (node instanceof Dataset d) datasets.put(d.path(), d);
            else if (node instanceof Group g) collect(g, datasets);
        }
    }

    /** The weights that a model needs; layers that do not fit together are the file's fault. */
    static Map<String, VariableSpec> declare(String label, Instance root) {
        try {
            return Model.declare(root).variables();
        } catch (ShapeException e) {
            throw new ModelFormatException(label + ": " + e.getMessage(), e);
        } catch (ArithmeticException
                | ClassCastException
                | IllegalArgumentException
                | IndexOutOfBoundsException
                | NullPointerException
                | NegativeArraySizeException e) {
            // Layers trust their configuration; one that is out of its senses shows here, wherever it hits.
            throw new ModelFormatException(
                    label + ": the layers' configurations do not make sense: " + e.getMessage(), e);
        }
    }

    /**
     * Reads every weight of a model.
     *
     * @throws ModelFormatException if one is missing, too many or of the wrong shape
     */
    Map<String, Tensor> read(Map<String, Dataset> datasets, Collection<VariableSpec> specs) {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        Map<String, Dataset> surplus = new LinkedHashMap<>(datasets);
        for (Place place : places(specs)) {
            VariableSpec spec = place.spec();
            String path = place.path();
            Dataset d = surplus.remove("/" + path);
            if (d == null) throw missing(spec, path);
            // Keras writes the weights of TextVectorization a second time, for the lookup layer inside.
            if (isNamed(spec)) surplus.remove("/" + path.replace("/vars/", "/" + InnerLayers.LOOKUP + "/vars/"));
            weights.put(spec.path(), tensor(spec, path, d));
        }
        if (!surplus.isEmpty()) {
            throw new ModelFormatException("%s: %d weights belong to no layer: %s"
                    .formatted(
                            label,
                            surplus.size(),
                            String.join(", ", surplus.keySet().stream().limit(5).toList())));
        }
        // In the order of declaration, not of the file.
        Map<String, Tensor> ordered = new LinkedHashMap<>();
        for (VariableSpec s : specs) {
            // As in Keras: what adapters learnt is in the weight that they adapt.
            Tensor t = Lora.isPart(s.name())
                    ? Tensor.zeros(s.type().dtype(), s.type().shape())
                    : weights.get(s.path());
            ordered.put(s.path(), Objects.requireNonNull(t));
        }
        return ordered;
    }

    /** Where a weight is stored. */
    record Place(VariableSpec spec, String path) {}

    /** Where each weight is stored, layer by layer. */
    List<Place> places(Collection<VariableSpec> specs) {
        Map<String, List<VariableSpec>> byOwner = new LinkedHashMap<>();
        for (VariableSpec s : specs) {
            if (!Lora.isPart(s.name()))
                byOwner.computeIfAbsent(ownerPath(s), k -> new ArrayList<>()).add(s);
        }
        List<Place> places = new ArrayList<>();
        byOwner.forEach((owner, own) -> {
            int i = 0;
            for (boolean beyond : new boolean[] {false, true}) {
                for (VariableSpec s : own) {
                    boolean inTurn = s.kind() == VariableSpec.Kind.WEIGHT || s.kind() == VariableSpec.Kind.FROZEN;
                    if (inTurn == beyond) continue;
                    places.add(new Place(
                            s, (owner.isEmpty() ? "" : owner + "/") + "vars/" + (isNamed(s) ? s.name() : i++)));
                }
            }
        });
        return places;
    }

    /** Whether weight files call a weight by its name, not by a number. */
    static boolean isNamed(VariableSpec spec) {
        return spec.owners().getLast().layer() instanceof VocabularyLayer;
    }

    private String ownerPath(VariableSpec spec) {
        List<String> parts = new ArrayList<>();
        List<VariableSpec.Owner> owners = spec.owners();
        for (int i = 1; i < owners.size(); i++) {
            VariableSpec.Owner o = owners.get(i);
            boolean inModel = owners.get(i - 1).layer() instanceof Composite;
            parts.add(
                    inModel
                            ? "layers/" + numbered((Composite) owners.get(i - 1).layer(), o.attribute())
                            : o.attribute());
        }
        return String.join("/", parts);
    }

    private final Map<Composite, Map<String, String>> names = new java.util.IdentityHashMap<>();

    /** The group of a model's layer: its class in snake_case, numbered from the second on. */
    private String numbered(Composite model, String layer) {
        return names.computeIfAbsent(model, m -> groups(m, catalog)).getOrDefault(layer, layer);
    }

    /** The groups of a model's layers, by their names. */
    static Map<String, String> groups(Composite model, LayerCatalog catalog) {
        Map<String, String> r = new HashMap<>();
        Map<String, Integer> used = new HashMap<>();
        for (Instance l : model.layers()) {
            if (isOperation(l.layer())) continue;
            String base = catalog.groupName(l.layer());
            int n = used.merge(base, 1, Integer::sum) - 1;
            r.put(l.name(), n == 0 ? base : base + "_" + n);
        }
        return r;
    }

    private static boolean isOperation(Layer layer) {
        return layer instanceof io.argali.runtime.layer.operation.OperationLayer;
    }

    Tensor tensor(VariableSpec spec, String path, Dataset d) {
        if (!Tensors.sameShape(d.shape(), spec.type().shape())) {
            throw new ModelFormatException("%s: layer \"%s\" (%s): weight %s has shape %s, expected %s for its %s"
                    .formatted(
                            label,
                            spec.layerPath(),
                            className(spec),
                            path,
                            ModelReader.dims(d.shape()),
                            spec.type().shape(),
                            spec.name()));
        }
        return Tensors.lazy(label + ": " + path, d.data(), spec.type().dtype());
    }

    private ModelFormatException missing(VariableSpec spec, String path) {
        return new ModelFormatException("%s: layer \"%s\" (%s): weight %s is missing; expected its %s of shape %s"
                .formatted(
                        label,
                        spec.layerPath(),
                        className(spec),
                        path,
                        spec.name(),
                        spec.type().shape()));
    }

    private String className(VariableSpec spec) {
        return catalog.pythonName(spec.owners().get(spec.owners().size() - 1).layer());
    }
}
