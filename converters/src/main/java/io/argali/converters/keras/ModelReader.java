package io.argali.converters.keras;

import io.argali.converters.UnsupportedModelException;
import io.argali.loader.ModelFormatException;
import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.Constraint;
import io.argali.runtime.layer.DTypePolicy;
import io.argali.runtime.layer.Initializer;
import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.Quantization;
import io.argali.runtime.layer.Regularizer;
import io.argali.runtime.layer.core.Lambda;
import io.argali.runtime.layer.operation.OperationCatalog;
import io.argali.runtime.layer.operation.OperationLayer;
import io.argali.runtime.model.Functional;
import io.argali.runtime.model.LayerCall;
import io.argali.runtime.model.Ref;
import io.argali.runtime.model.Sequential;
import io.argali.runtime.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A model's configuration as layers. Everything unsupported in it is found first and reported in one message. */
final class ModelReader implements ConfigCodec.Nested {
    private static final Layer PLACEHOLDER = (scope, inputs) -> inputs;

    private final String file;
    private final LayerCatalog catalog;
    private final ConfigCodec codec = new ConfigCodec(this);
    private final List<String> unsupported = new ArrayList<>();
    private final Set<String> unknownClasses = new LinkedHashSet<>();
    private final Map<Object, Instance> shared = new HashMap<>();
    private final Values values;

    private ModelReader(String file, LayerCatalog catalog) {
        this.file = file;
        this.catalog = catalog;
        this.values = new Values(file);
    }

    /**
     * Reads a model.
     *
     * @param json the object with class_name, module and config
     * @throws UnsupportedModelException naming everything that is not supported
     */
    static Instance read(String file, @Nullable Object json, LayerCatalog catalog) {
        ModelReader reader = new ModelReader(file, catalog);
        Instance root = reader.layer(file, json);
        if (!reader.unsupported.isEmpty()) {
            String remedy = reader.unknownClasses.isEmpty()
                    ? ""
                    : "Register your own: Models.with(catalog.plus(layer(\""
                            + reader.unknownClasses.iterator().next() + "\", …))).";
            throw UnsupportedModelException.of(file, reader.unsupported, remedy);
        }
        return root;
    }

    /** A reader of parts of a model that has been read before. */
    static ModelReader again(LayerCatalog catalog) {
        return new ModelReader("", catalog);
    }

    /** Whether an object is a layer of the same class as another. */
    boolean isOfClass(KerasObject o, Layer layer) {
        LayerCatalog.Row row = row(o);
        return row != null && row.defaults().getClass() == layer.getClass();
    }

    /** An object's configuration as a layer of a class that it {@linkplain #isOfClass is of}. */
    Layer record(KerasObject o) {
        return codec.decode("", Objects.requireNonNull(row(o)).defaults(), o.config())
                .value();
    }

    @Override
    public Instance layer(String where, @Nullable Object json) {
        KerasObject o = KerasObject.of(where, json);
        Object id = o.raw().get("shared_object_id");
        if (id != null && shared.containsKey(id)) return Objects.requireNonNull(shared.get(id));
        Instance instance = instance(o);
        if (id != null) shared.put(id, instance);
        return instance;
    }

    private Instance instance(KerasObject o) {
        String name = o.config().get("name") instanceof String s ? s : o.className();
        String at = file + ": layer \"" + name + "\" (" + o.className() + ")";
        Map<String, @Nullable Object> rest = new LinkedHashMap<>(o.config());
        Layer layer;
        if (isOperation(o)) {
            layer = operation(name, o);
            rest = new LinkedHashMap<>();
        } else {
            switch (o.className()) {
                case "Functional", "Model" -> {
                    if (!rest.containsKey("layers")) return subclassed(name);
                    layer = functional(at, rest);
                }
                case "Sequential" -> layer = sequential(at, o, rest);
                default -> {
                    LayerCatalog.Row row = row(o);
                    if (row == null
                            || row.defaults() instanceof Lambda
                                    && !isKerasFunction(o.config().get("function"))) {
                        unknown(name, o);
                        return Instance.of(name, PLACEHOLDER);
                    }
                    ConfigCodec.Decoded<Layer> d = codec.decode(at, row.defaults(), rest);
                    layer = d.value();
                    rest = d.rest();
                }
            }
        }
        return withCommonKeys(at, name, layer, o, rest);
    }

    private Instance withCommonKeys(
            String at, String name, Layer layer, KerasObject o, Map<String, @Nullable Object> rest) {
        rest.remove("name");
        boolean trainable = !Boolean.FALSE.equals(rest.remove("trainable"));
        DTypePolicy policy = Policies.read(at, layer, rest);
        rest.remove("dtype");
        Quantization quantization = policy.quantization();
        boolean quantizable = quantization == null
                || policy.parts().size() > 0
                || layer instanceof Quantization.Quantizable q && q.takes(quantization);
        if (!quantizable)
            unsupported.add("\"" + name + "\" (" + o.className() + " quantized by " + policy.name() + ")");
        Regularizer activity = regularizer(at + " activity_regularizer", rest.remove("activity_regularizer"));
        Map<String, Object> kept = new LinkedHashMap<>();
        rest.forEach((k, v) -> {
            if (v != null) kept.put(k, v);
        });
        if (!o.raw().containsKey(Keras2.UPGRADED)) kept.put(ModelWriter.SAID, new ModelWriter.Said(o));
        else if (o.customName() == null) withoutLeftOvers(name, o, kept);
        return new Instance(name, layer, trainable, policy, activity, kept);
    }

    /** What an old file says beyond what a layer is must mean nothing. */
    private void withoutLeftOvers(String name, KerasObject o, Map<String, Object> kept) {
        String beyond = Keras2.leftOver(kept);
        if (beyond != null && !"Functional Model Sequential".contains(o.className()))
            unsupported.add("\"" + name + "\" (" + o.className() + " with " + beyond + ")");
        kept.clear();
    }

    private LayerCatalog.@Nullable Row row(KerasObject o) {
        String custom = o.customName();
        if (custom != null && catalog.find(custom) != null) return catalog.find(custom);
        boolean keras = o.module() == null
                || o.module().startsWith("keras")
                || o.module().startsWith("tf_keras");
        return custom == null || keras && o.registeredName() == null ? catalog.find(o.className()) : null;
    }

    private void unknown(String name, KerasObject o) {
        if (o.className().equals("Lambda")) {
            unsupported.add("\"" + name + "\" (Lambda: Python code, which is never run)");
            unknownClasses.add("Lambda");
            return;
        }
        String custom = o.customName() == null ? o.className() : o.customName();
        unsupported.add("\"" + name + "\" (" + custom + ")");
        unknownClasses.add(custom);
    }

    private Instance subclassed(String name) {
        unsupported.add("\"" + name + "\" (a subclassed model: its graph is Python code)");
        return Instance.of(name, PLACEHOLDER);
    }

    // Operations

    private static boolean isOperation(KerasObject o) {
        if (o.module() != null)
            return o.module().startsWith("keras.src.ops") || o.module().startsWith("keras.ops");
        // The legacy format drops the module; operations have no "trainable" in their configuration.
        return !o.config().containsKey("trainable")
                && !o.className().equals("InputLayer")
                && OperationCatalog.findByClass(o.className()) != null;
    }

    private Layer operation(String name, KerasObject o) {
        String key = o.module() == null
                ? Objects.requireNonNull(OperationCatalog.findByClass(o.className()))
                : o.module().substring(o.module().lastIndexOf('.') + 1) + "." + o.className();
        OperationLayer.Operation op = OperationCatalog.find(key);
        if (op == null) {
            unsupported.add("\"" + name + "\" (operation " + key + ")");
            return PLACEHOLDER;
        }
        Map<String, Object> config = new LinkedHashMap<>();
        o.config().forEach((k, v) -> {
            Object plain = values.argument(k, v);
            if (!k.equals("name") && !k.equals("dtype") && plain != null) config.put(k, plain);
        });
        Object dtype = o.config().get("dtype");
        if (dtype instanceof String s) config.put("dtype", s);
        return new OperationLayer(key, config, op);
    }

    // Models

    private Layer sequential(String at, KerasObject o, Map<String, @Nullable Object> rest) {
        List<Instance> layers = new ArrayList<>();
        for (Object l : KerasObject.list(at + " layers", rest.remove("layers"))) layers.add(layer(at, l));
        Object build = rest.get("build_input_shape");
        if (build == null && o.raw().get("build_config") instanceof Map<?, ?> b) build = b.get("input_shape");
        Shape shape = build instanceof List<?> l && l.stream().allMatch(d -> d == null || d instanceof Number)
                ? shape(l)
                : null;
        return new Sequential(layers, shape);
    }

    private static Shape shape(List<?> dims) {
        return Shape.of(dims.stream()
                .map(d -> d == null ? Shape.UNKNOWN : ((Number) d).intValue())
                .toList());
    }

    private Layer functional(String at, Map<String, @Nullable Object> rest) {
        List<Instance> layers = new ArrayList<>();
        List<LayerCall> calls = new ArrayList<>();
        Set<String> functional = new LinkedHashSet<>();
        for (Object json : KerasObject.list(at + " layers", rest.remove("layers"))) {
            KerasObject l = KerasObject.of(at, json);
            Instance instance = layer(at, json);
            // The name outside the configuration is the one that references use.
            if (l.raw().get("name") instanceof String n && !n.equals(instance.name())) {
                instance = new Instance(
                        n,
                        instance.layer(),
                        instance.trainable(),
                        instance.dtype(),
                        instance.activityRegularizer(),
                        instance.kept());
            }
            layers.add(instance);
            if (instance.layer() instanceof Functional) functional.add(instance.name());
            Object nodes = l.raw().get("inbound_nodes");
            if (nodes == null) continue;
            List<@Nullable Object> list = KerasObject.list(at + " inbound_nodes", nodes);
            for (int i = 0; i < list.size(); i++) calls.add(call(at, instance.name(), i, list.get(i)));
        }
        Object inputs = refs(at + " input_layers", rest.remove("input_layers"), functional);
        Object outputs = refs(at + " output_layers", rest.remove("output_layers"), functional);
        if (!unsupported.isEmpty()) return PLACEHOLDER;
        try {
            return new Functional(layers, calls, inputs, outputs);
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(at + ": " + e.getMessage(), e);
        }
    }

    LayerCall call(String at, String layer, int index, @Nullable Object node) {
        if (node instanceof Map<?, ?> m) {
            Object args = values.argument("args", m.get("args"));
            Object kwargs = values.argument("kwargs", m.get("kwargs"));
            Map<String, Object> keywords = new LinkedHashMap<>();
            if (kwargs instanceof Map<?, ?> k) {
                k.forEach((key, v) -> {
                    if (v != null) keywords.put(String.valueOf(key), v);
                });
            }
            return new LayerCall(layer, index, args instanceof List<?> l ? l : List.of(), keywords);
        }
        throw new ModelFormatException(
                at + ": a node of layer \"" + layer + "\" is not of Keras 3: " + KerasObject.shortened(node));
    }

    /** {@code ["name", call, output]}, or lists and maps of these. */
    static Object refs(String at, @Nullable Object json, Set<String> functional) {
        if (json instanceof List<?> l
                && l.size() == 3
                && l.get(0) instanceof String name
                && l.get(1) instanceof Number n
                && l.get(2) instanceof Number t) {
            // Keras counts a nested functional model's own making as its first call.
            return new Ref(name, n.intValue() - (functional.contains(name) ? 1 : 0), t.intValue());
        }
        if (json instanceof List<?> l)
            return l.stream().map(e -> refs(at, e, functional)).toList();
        if (json instanceof Map<?, ?> m) {
            Map<String, Object> r = new LinkedHashMap<>();
            m.forEach((k, v) -> r.put(String.valueOf(k), refs(at, v, functional)));
            return r;
        }
        throw new ModelFormatException(at + ": expected [layer, call, output], got " + KerasObject.shortened(json));
    }

    // Parts of configurations

    @Override
    public Activation activation(String where, @Nullable Object json) {
        if (json == null) return Activation.LINEAR;
        String name = name(json);
        if (HardSigmoid2.is(json)) return HardSigmoid2.ACTIVATION;
        if (name != null) {
            try {
                return Activation.of(Sequential.snakeCase(name));
            } catch (IllegalArgumentException e) {
                unsupported.add(where + " \"" + name + "\"");
                return Activation.LINEAR;
            }
        }
        KerasObject o = KerasObject.of(where, json);
        LayerCatalog.Row row = row(o);
        if (row == null) {
            unsupported.add(where + " " + o.className());
            return Activation.LINEAR;
        }
        // An activation layer where a function is expected: activation=LeakyReLU(0.1).
        Instance layer = instance(o);
        return Activation.of(o.className() + layer.layer(), x -> io.argali.runtime.model.Trace.inline(layer, x));
    }

    private static boolean isKerasFunction(@Nullable Object json) {
        String name = json == null ? null : name(json);
        return name != null && Activation.isKnown(Sequential.snakeCase(name));
    }

    private static @Nullable String name(Object json) {
        if (json instanceof String s) return s;
        if (json instanceof Map<?, ?> m) {
            boolean function = "function".equals(m.get("class_name")) || "builtins".equals(m.get("module"));
            if (function && m.get("config") instanceof String s) return s;
        }
        return null;
    }

    @Override
    public @Nullable Initializer initializer(String where, @Nullable Object json) {
        return named(where, json, Initializers.TABLE, Initializer.class);
    }

    @Override
    public @Nullable Regularizer regularizer(String where, @Nullable Object json) {
        return named(where, json, Initializers.REGULARIZERS, Regularizer.class);
    }

    @Override
    public @Nullable Constraint constraint(String where, @Nullable Object json) {
        return named(where, json, Initializers.CONSTRAINTS, Constraint.class);
    }

    private <T> @Nullable T named(String where, @Nullable Object json, Map<String, T> table, Class<T> type) {
        if (json == null) return null;
        String name = name(json);
        KerasObject o = name != null ? null : KerasObject.of(where, json);
        String key = name != null ? name : Objects.requireNonNull(o).className();
        T prototype = table.get(Sequential.snakeCase(key).replace("_", ""));
        if (prototype == null) {
            unsupported.add(where + " " + key + "; known: " + table.keySet());
            return null;
        }
        if (o == null) return prototype;
        ConfigCodec.Decoded<T> d = codec.decode(where, prototype, o.config());
        return type.cast(d.value());
    }

    /** Keras' dims, for messages. */
    static String dims(long[] shape) {
        return Shape.of(Arrays.stream(shape).mapToInt(d -> (int) d).toArray()).toString();
    }
}
