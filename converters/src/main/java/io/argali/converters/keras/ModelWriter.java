package io.argali.converters.keras;

import io.argali.converters.UnsupportedModelException;
import io.argali.loader.ModelFormatException;
import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.Lora;
import io.argali.runtime.layer.core.InputLayer;
import io.argali.runtime.layer.operation.OperationLayer;
import io.argali.runtime.layer.preprocessing.VocabularyLayer;
import io.argali.runtime.model.CallTypes;
import io.argali.runtime.model.Functional;
import io.argali.runtime.model.LayerCall;
import io.argali.runtime.model.Model;
import io.argali.runtime.model.Ref;
import io.argali.runtime.model.Sequential;
import io.argali.runtime.model.Structure;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A model's layers as Keras 3's configuration; the reverse of {@link ModelReader}.
 *
 * <p>A layer from a file keeps what the file said of it ({@link #SAID}), and that is written again wherever it still means what the layer is: what
 * the file said is read once more, and only what differs from the layer is written anew. So nothing is lost that Argali does not understand, and
 * what was changed in Java is what comes out. A layer made in Java is written from its record.
 */
final class ModelWriter implements ConfigCodec.NestedWriter {
    /** The key under which an {@link Instance} keeps the object that it was read from. */
    static final String SAID = "@object";

    /** What a file said of a layer; equal to itself only, so that layers are compared without it. */
    static final class Said {
        private final KerasObject object;

        Said(KerasObject object) {
            this.object = object;
        }
    }

    /** Layers that Keras keeps in other places than keras.layers, registered under their own names. */
    private static final Map<String, String> MODULES = Map.of(
            "CustomScaleLayer", "keras.src.applications.inception_resnet_v2",
            "LayerScale", "keras.src.applications.convnext",
            "StochasticDepth", "keras.src.applications.convnext");

    /** Keras' layers that take no {@code trainable}. */
    private static final Set<String> WITHOUT_FLAG =
            Set.of("SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "Discretization");

    /** What Keras takes as one number for all axes, but not as a list of one. */
    private static final Set<String> FOR_ALL_AXES = Set.of(
            "kernel_size",
            "strides",
            "dilation_rate",
            "pool_size",
            "output_padding",
            "size",
            "cropping",
            "padding",
            "axes");

    private final LayerCatalog catalog;
    private final Model whole;
    private final ModelReader reader;
    private final boolean vocabularies;
    private final List<String> unwritable = new ArrayList<>();
    private final Map<Instance, Map<String, @Nullable Object>> written = new IdentityHashMap<>();
    private final Map<Object, Boolean> changed = new IdentityHashMap<>();
    private long lastSharedId;
    private @Nullable CallTypes types;

    private ModelWriter(LayerCatalog catalog, Model model, boolean vocabularies) {
        this.catalog = catalog;
        this.whole = model;
        this.reader = ModelReader.again(catalog);
        this.vocabularies = vocabularies;
    }

    /**
     * Writes a model.
     *
     * @param vocabularies whether vocabularies that were in files of their own go into the configuration
     * @throws UnsupportedModelException naming everything that Keras' configuration cannot say
     */
    static Map<String, @Nullable Object> write(String file, Model model, LayerCatalog catalog, boolean vocabularies) {
        ModelWriter writer = new ModelWriter(catalog, model, vocabularies);
        Map<String, @Nullable Object> json = writer.object(model.root(), "");
        if (!writer.unwritable.isEmpty()) throw UnsupportedModelException.of(file, writer.unwritable, "");
        return json;
    }

    // Layers

    @Override
    public Object layer(Instance layer) {
        return object(layer, layer.name());
    }

    private Map<String, @Nullable Object> object(Instance instance, String path) {
        Map<String, @Nullable Object> known = written.get(instance);
        if (known != null) {
            share(known);
            return new LinkedHashMap<>(known);
        }
        KerasObject said = said(instance);
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        if (said != null && said.module() != null) {
            json.putAll(said.raw());
            json.keySet().removeAll(List.of("compile_config", "inbound_nodes", "name"));
        } else {
            addIdentity(instance, said, json);
        }
        json.put("config", config(instance, said, path));
        written.put(instance, json);
        return json;
    }

    /** What the file said of a layer, unless the layer has become another one. */
    private @Nullable KerasObject said(Instance instance) {
        if (!(instance.kept().get(SAID) instanceof Said said)) return null;
        KerasObject o = said.object;
        boolean same = switch (instance.layer()) {
            case Functional f -> o.config().containsKey("layers") && o.config().containsKey("input_layers");
            case Sequential s -> o.className().equals("Sequential");
            case OperationLayer op -> op.name().endsWith("." + o.className());
            case Layer l -> reader.isOfClass(o, l);
        };
        return same ? o : null;
    }

    private void addIdentity(Instance instance, @Nullable KerasObject said, Map<String, @Nullable Object> json) {
        Layer layer = instance.layer();
        String module = "keras.layers", name, registered = null;
        switch (layer) {
            case Sequential s -> {
                module = "keras";
                name = "Sequential";
            }
            case Functional f -> {
                module = "keras.src.models.functional";
                name = registered = "Functional";
            }
            case OperationLayer op -> {
                module = "keras.src.ops." + op.name().substring(0, op.name().indexOf('.'));
                name = registered = op.name().substring(op.name().indexOf('.') + 1);
            }
            default -> {
                LayerCatalog.Row row = catalog.rowOf(layer);
                if (row == null) {
                    unwritable.add("\"" + instance.name() + "\" ("
                            + layer.getClass().getSimpleName() + ": not in the catalogue)");
                    row = LayerCatalog.layer(layer.getClass().getSimpleName(), layer);
                }
                name = row.name();
                if (MODULES.containsKey(name)) {
                    module = MODULES.get(name);
                    registered = name;
                }
                if (name.indexOf('>') >= 0) {
                    module = null;
                    registered = name;
                    name = name.substring(name.indexOf('>') + 1);
                }
            }
        }
        json.put("module", module);
        json.put("class_name", name);
        json.put("config", null);
        json.put("registered_name", registered);
        Object build = said == null ? null : said.raw().get("build_config");
        if (build == null && layer instanceof Sequential s && s.buildShape() != null) {
            build = new LinkedHashMap<>(Map.of("input_shape", ConfigCodec.dims(s.buildShape())));
        }
        if (build != null) json.put("build_config", build);
    }

    /** Marks an object that stands in several places, so that Keras makes one of them. */
    private void share(Map<String, @Nullable Object> json) {
        if (json.get("shared_object_id") == null) json.put("shared_object_id", ++lastSharedId);
    }

    private Map<String, @Nullable Object> config(Instance instance, @Nullable KerasObject said, String path) {
        return switch (instance.layer()) {
            case OperationLayer op -> operation(instance, op, said);
            case Functional f -> functional(instance, f, said, path);
            case Sequential s -> sequential(instance, s, said, path);
            case Layer layer -> plain(instance, layer, said, path);
        };
    }

    private Map<String, @Nullable Object> plain(
            Instance instance, Layer layer, @Nullable KerasObject said, String path) {
        if (!layer.getClass().isRecord()) {
            unwritable.add("\"" + instance.name() + "\" (" + layer.getClass().getSimpleName()
                    + ": a layer without configuration)");
            return new LinkedHashMap<>();
        }
        Map<String, @Nullable Object> now = keys(layer);
        if (layer instanceof VocabularyLayer v && instance.kept().containsKey(Assets.FROM_FILE)) learnt(v, path, now);
        Map<String, @Nullable Object> config = new LinkedHashMap<>();
        boolean ownType = now.containsKey("dtype");
        addCommon(instance, said, ownType, !(layer instanceof InputLayer), config);
        if (said == null) {
            config.putAll(now);
            instance.kept().forEach((k, v) -> {
                if (!k.startsWith("@")) config.putIfAbsent(k, v);
            });
        } else {
            Map<String, @Nullable Object> before = keys(reader.record(said));
            boolean same = true;
            for (Map.Entry<String, @Nullable Object> e : now.entrySet()) {
                if (Objects.equals(e.getValue(), before.get(e.getKey()))) continue;
                config.put(e.getKey(), e.getValue());
                same = false;
            }
            if (!same) changed.put(instance, true);
        }
        Lora lora = Lora.of(instance);
        if (lora != null) config.putAll(lora.configuration());
        config.values().forEach(v -> report(instance, v));
        return config;
    }

    private Map<String, @Nullable Object> keys(Layer layer) {
        Map<String, @Nullable Object> keys = ConfigCodec.encode(layer, this);
        keys.replaceAll(
                (k, v) -> FOR_ALL_AXES.contains(k) && v instanceof List<?> l && l.size() == 1 ? l.getFirst() : v);
        return keys;
    }

    /** What a layer learnt from data stands in files beside the configuration, or in it where a format has no such files. */
    private void learnt(VocabularyLayer layer, String path, Map<String, @Nullable Object> config) {
        if (!vocabularies) {
            config.put("vocabulary", null);
            return;
        }
        Tensor weights = whole.weights().asMap().get(path + "/idf_weights");
        if (weights == null || layer.vocabulary() == null) return;
        double[] d = weights.toDoubleArray();
        config.put(
                "idf_weights",
                Arrays.stream(d).limit(layer.vocabulary().size()).boxed().toList());
    }

    /** Name, trainable, dtype and activity regularizer over what the file said. */
    private void addCommon(
            Instance instance,
            @Nullable KerasObject said,
            boolean ownType,
            boolean hasFlags,
            Map<String, @Nullable Object> config) {
        if (said != null) config.putAll(said.config());
        config.put("name", instance.name());
        boolean saidTrainable =
                said == null || !Boolean.FALSE.equals(said.config().get("trainable"));
        boolean takesFlag = said != null
                || !WITHOUT_FLAG.contains(instance.layer().getClass().getSimpleName());
        if (hasFlags && takesFlag && (said == null || saidTrainable != instance.trainable()))
            config.put("trainable", instance.trainable());
        if (!ownType && hasFlags && !sameType(instance, said)) {
            config.put("dtype", Policies.write(instance.dtype()));
            Map<String, @Nullable Object> by =
                    Policies.quantizedBy(instance.dtype().quantization());
            if (by != null) config.put(Policies.QUANTIZED_BY, by);
        }
        Object penalty = instance.activityRegularizer() == null ? null : part(instance.activityRegularizer());
        Object before =
                said == null ? null : reader.regularizer("", said.config().get("activity_regularizer"));
        if (!Objects.equals(penalty, before == null ? null : part(before))) config.put("activity_regularizer", penalty);
    }

    private static boolean sameType(Instance instance, @Nullable KerasObject said) {
        if (said == null) return false;
        try {
            return Policies.read("", instance.layer(), said.config()).equals(instance.dtype());
        } catch (ModelFormatException e) {
            return false;
        }
    }

    static Map<String, @Nullable Object> keras(String module, String className, Map<String, @Nullable Object> config) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("module", module);
        json.put("class_name", className);
        json.put("config", config);
        json.put("registered_name", null);
        return json;
    }

    // Parts

    /** Stands where a configuration has no word for something. */
    private record Unwritable(String what) {}

    private void report(Instance instance, @Nullable Object value) {
        if (value instanceof Unwritable u) unwritable.add("\"" + instance.name() + "\": " + u.what());
        if (value instanceof Map<?, ?> m) m.values().forEach(v -> report(instance, v));
        if (value instanceof List<?> l) l.forEach(v -> report(instance, v));
    }

    @Override
    public Object activation(Activation activation) {
        if (activation.equals(HardSigmoid2.ACTIVATION)) return HardSigmoid2.json();
        try {
            return Activation.of(activation.name()).name();
        } catch (IllegalArgumentException e) {
            return new Unwritable("the activation " + activation.name());
        }
    }

    @Override
    public Object part(Object part) {
        String name = part.getClass().getSimpleName();
        Object known = switch (part) {
            case io.argali.runtime.layer.Initializer i -> Initializers.TABLE.get(name.toLowerCase(Locale.ROOT));
            case io.argali.runtime.layer.Regularizer r -> Initializers.REGULARIZERS.get(name.toLowerCase(Locale.ROOT));
            default -> Initializers.CONSTRAINTS.get(name.toLowerCase(Locale.ROOT));
        };
        if (known == null || known.getClass() != part.getClass()) return new Unwritable("the Java object " + part);
        String module = switch (part) {
            case io.argali.runtime.layer.Initializer i -> "keras.initializers";
            case io.argali.runtime.layer.Regularizer r -> "keras.regularizers";
            default -> "keras.constraints";
        };
        return keras(module, name.equals("Stft") ? "STFT" : name, ConfigCodec.encode(part, this));
    }

    // Operations

    private Map<String, @Nullable Object> operation(Instance instance, OperationLayer op, @Nullable KerasObject said) {
        if (said != null) {
            Instance before = reader.layer("", said.raw());
            if (before.layer() instanceof OperationLayer o && plain(o.config()).equals(plain(op.config()))) {
                Map<String, @Nullable Object> config = new LinkedHashMap<>(said.config());
                // Some operations' configurations have no name.
                if (config.containsKey("name")
                        || !instance.name().equals(said.raw().get("name"))) config.put("name", instance.name());
                return config;
            }
        }
        changed.put(instance, true);
        Map<String, @Nullable Object> config = new LinkedHashMap<>();
        config.put("name", instance.name());
        op.config().forEach((k, v) -> config.put(k, Values.json(v, ref -> null)));
        return config;
    }

    private static Object plain(Object arguments) {
        return Objects.requireNonNull(Values.json(arguments, ref -> null));
    }

    // Models

    private Map<String, @Nullable Object> sequential(
            Instance instance, Sequential model, @Nullable KerasObject said, String path) {
        Map<String, @Nullable Object> config = new LinkedHashMap<>();
        addCommon(instance, said, false, true, config);
        List<Map<String, @Nullable Object>> layers = new ArrayList<>();
        for (Instance l : model.layers()) layers.add(object(l, at(path, l)));
        boolean same =
                said != null && said.config().get("layers") instanceof List<?> before && before.size() == layers.size();
        same &= model.layers().stream().noneMatch(changed::containsKey);
        if (!same) {
            changed.put(instance, true);
            layers.replaceAll(ModelWriter::withoutBuildConfig);
        }
        config.put("layers", layers);
        if (said == null && model.buildShape() != null)
            config.put("build_input_shape", ConfigCodec.dims(model.buildShape()));
        return config;
    }

    private static String at(String path, Instance layer) {
        return path.isEmpty() ? layer.name() : path + "/" + layer.name();
    }

    private Map<String, @Nullable Object> functional(
            Instance instance, Functional given, @Nullable KerasObject said, String path) {
        Functional model = withoutGaps(given);
        Map<String, @Nullable Object> config = new LinkedHashMap<>();
        if (said != null) config.putAll(said.config());
        config.put("name", instance.name());
        config.put("trainable", instance.trainable());
        Map<String, List<?>> nodesSaid = nodes(said);
        Map<String, List<LayerCall>> calls = model.calls().stream().collect(Collectors.groupingBy(LayerCall::layer));
        boolean same = nodesSaid
                .keySet()
                .equals(model.layers().stream().map(Instance::name).collect(Collectors.toSet()));
        List<Map<String, @Nullable Object>> layers = new ArrayList<>();
        for (Instance l : model.layers()) {
            Map<String, @Nullable Object> json = new LinkedHashMap<>(object(l, at(path, l)));
            json.put("name", l.name());
            List<LayerCall> own = new ArrayList<>(calls.getOrDefault(l.name(), List.of()));
            own.sort(java.util.Comparator.comparingInt(LayerCall::call));
            List<?> before = nodesSaid.getOrDefault(l.name(), List.of());
            List<@Nullable Object> nodes = new ArrayList<>();
            for (LayerCall call : own) {
                int i = call.call();
                boolean kept = i == nodes.size() && i < before.size() && sameCall(l.name(), i, before.get(i), call);
                nodes.add(kept ? before.get(i) : node(model, call, path));
                same &= kept;
            }
            json.put("inbound_nodes", nodes);
            same &= !changed.containsKey(l);
            layers.add(json);
        }
        if (!same) {
            changed.put(instance, true);
            layers.replaceAll(ModelWriter::withoutBuildConfig);
        }
        config.put("layers", layers);
        config.put("input_layers", refs(model, model.inputs()));
        config.put("output_layers", refs(model, model.outputs()));
        return config;
    }

    /** The same with the calls of each layer numbered one after the other: those that the outputs do not need have left gaps. */
    private static Functional withoutGaps(Functional model) {
        Map<String, List<Integer>> numbers = new LinkedHashMap<>();
        for (LayerCall c : model.calls())
            numbers.computeIfAbsent(c.layer(), l -> new ArrayList<>()).add(c.call());
        boolean gaps = false;
        for (List<Integer> own : numbers.values()) {
            own.sort(null);
            gaps |= own.getLast() != own.size() - 1;
        }
        if (!gaps) return model;
        UnaryOperator<@Nullable Object> renumber = leaf -> leaf instanceof Ref r && numbers.containsKey(r.layer())
                ? new Ref(r.layer(), numbers.get(r.layer()).indexOf(r.call()), r.output())
                : leaf;
        List<LayerCall> calls = new ArrayList<>();
        for (LayerCall c : model.calls()) {
            List<?> arguments = (List<?>) Objects.requireNonNull(Structure.map(c.arguments(), renumber));
            Map<String, Object> keywords = new LinkedHashMap<>();
            c.keywords().forEach((k, v) -> keywords.put(k, Objects.requireNonNull(Structure.map(v, renumber))));
            calls.add(new LayerCall(
                    c.layer(), Objects.requireNonNull(numbers.get(c.layer())).indexOf(c.call()), arguments, keywords));
        }
        Object inputs = Objects.requireNonNull(Structure.map(model.inputs(), renumber));
        return new Functional(
                model.layers(), calls, inputs, Objects.requireNonNull(Structure.map(model.outputs(), renumber)));
    }

    private static Map<String, List<?>> nodes(@Nullable KerasObject said) {
        Map<String, List<?>> r = new LinkedHashMap<>();
        if (said == null || !(said.config().get("layers") instanceof List<?> layers)) return r;
        for (Object l : layers) {
            if (l instanceof Map<?, ?> m && m.get("name") instanceof String name) {
                r.put(name, m.get("inbound_nodes") instanceof List<?> nodes ? nodes : List.of());
            }
        }
        return r;
    }

    private boolean sameCall(String layer, int index, @Nullable Object said, LayerCall call) {
        LayerCall before = reader.call("", layer, index, said);
        return plain(before.arguments()).equals(plain(call.arguments()))
                && plain(before.keywords()).equals(plain(call.keywords()));
    }

    private Map<String, @Nullable Object> node(Functional model, LayerCall call, String path) {
        Map<String, @Nullable Object> node = new LinkedHashMap<>();
        node.put("args", Values.json(call.arguments(), ref -> type(model, ref, path)));
        node.put("kwargs", Values.json(call.keywords(), ref -> type(model, ref, path)));
        return node;
    }

    private @Nullable TensorType type(Functional model, Ref ref, String path) {
        if (types == null) types = CallTypes.of(whole.root());
        List<List<TensorType>> calls = types.outputs(at(path, model.layer(ref.layer())));
        // Calls were traced in the order of the model.
        int place = 0;
        for (LayerCall c : model.calls()) {
            if (!c.layer().equals(ref.layer())) continue;
            if (c.call() == ref.call()) break;
            place++;
        }
        if (place >= calls.size() || ref.output() >= calls.get(place).size()) return null;
        return calls.get(place).get(ref.output());
    }

    private static Object refs(Functional model, Object structure) {
        return Objects.requireNonNull(Structure.map(structure, leaf -> {
            if (!(leaf instanceof Ref r)) return leaf;
            // Keras counts a nested functional model's own making as its first call.
            int call = r.call() + (model.layer(r.layer()).layer() instanceof Functional ? 1 : 0);
            return List.of(r.layer(), call, r.output());
        }));
    }

    /** Layers whose neighbours have changed are built anew by being called; what they were built for before may no longer be true. */
    private static Map<String, @Nullable Object> withoutBuildConfig(Map<String, @Nullable Object> layer) {
        Map<String, @Nullable Object> r = new LinkedHashMap<>();
        layer.forEach((k, v) -> {
            if (!k.equals("build_config")) r.put(k, k.equals("config") && !isModel(layer) ? deep(v) : v);
        });
        return r;
    }

    private static boolean isModel(Map<String, @Nullable Object> layer) {
        return layer.get("config") instanceof Map<?, ?> c && c.containsKey("layers");
    }

    private static @Nullable Object deep(@Nullable Object json) {
        if (json instanceof Map<?, ?> m) {
            Map<String, @Nullable Object> r = new LinkedHashMap<>();
            m.forEach((k, v) -> {
                if (!"build_config".equals(k)) r.put(String.valueOf(k), deep(v));
            });
            return r;
        }
        if (json instanceof List<?> l) {
            List<@Nullable Object> r = new ArrayList<>();
            for (Object e : l) r.add(deep(e));
            return r;
        }
        return json;
    }
}
