package io.argali.converters.keras;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The configurations of Keras 2 (and of tf_keras) in the words of Keras 3. What a layer does is the same; keys have other names or are gone, calls
 * are numbered and written otherwise, and operations are functions of TensorFlow ({@link TensorFlowCalls}).
 *
 * <p>What comes out is marked as {@link #UPGRADED}: it is written again from what it means, not from what the old file said.
 */
public final class Keras2 {
    /** The key that an object has which was translated. */
    static final String UPGRADED = "@upgraded";

    /** Keys that say how something is computed, not what; or what the layer's weights and calls say as well. */
    private static final Set<String> MEANINGLESS = Set.of(
            "implementation",
            "input_length",
            "batch_input_shape",
            "build_input_shape",
            "input_dtype",
            "rng_type",
            "query_shape",
            "key_shape",
            "value_shape",
            "softmax_robust_masking",
            "fused",
            "force_generator",
            "has_input_vocabulary",
            "vocabulary_size",
            "optional");

    private static final Set<String> RECURRENT = Set.of(
            "SimpleRNN", "LSTM", "GRU", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "Bidirectional", "ConvRNN2D");

    /** Classes under other names. */
    private static final Map<String, String> RENAMED = Map.of(
            "BatchNormalizationV1", "BatchNormalization",
            "BatchNormalizationV2", "BatchNormalization",
            "SyncBatchNormalization", "BatchNormalization",
            "ThresholdedReLU", "ReLU",
            "LSTMV2", "LSTM",
            "GRUV2", "GRU",
            "LSTMCellV2", "LSTMCell",
            "GRUCellV2", "GRUCell");

    /** A reference to a tensor: layer, call, output, and the keyword arguments of the call that it is for. */
    record Tensor(String layer, int call, int output, Map<String, @Nullable Object> keywords) {}

    private Keras2() {}

    /** Whether a version that a file names is of this dialect. */
    static boolean wrote(@Nullable String version) {
        return version != null && version.startsWith("2.");
    }

    /** An object in the words of Keras 3. */
    static Map<String, @Nullable Object> layer(String where, @Nullable Object json) {
        KerasObject o = KerasObject.of(where, json);
        boolean custom = isCustom(o);
        String className = custom ? o.className() : RENAMED.getOrDefault(o.className(), o.className());
        Map<String, @Nullable Object> r = new LinkedHashMap<>();
        r.put("module", custom ? null : "keras.layers");
        r.put("class_name", className);
        if (isModel(className)) r.put("config", model(where, o));
        else r.put("config", custom ? o.config() : config(where, o));
        if (custom) r.put("registered_name", o.registeredName() == null ? o.className() : o.registeredName());
        for (String key : List.of("name", "shared_object_id"))
            if (o.raw().get(key) != null) r.put(key, o.raw().get(key));
        if (className.equals("Sequential") && o.raw().get("build_config") != null)
            r.put("build_config", o.raw().get("build_config"));
        r.put(UPGRADED, true);
        return r;
    }

    private static boolean isCustom(KerasObject o) {
        return o.className().indexOf('>') >= 0 || o.customName() != null && o.module() != null;
    }

    private static boolean isModel(String className) {
        return className.equals("Functional") || className.equals("Model") || className.equals("Sequential");
    }

    /** A path in a weight file: attention kept its layers to itself. */
    static String path(String path) {
        return path.replaceAll("/_(query|key|value|output)_dense/", "/$1_dense/");
    }

    // Layers

    private static Map<String, @Nullable Object> config(String where, KerasObject o) {
        Map<String, @Nullable Object> c = new LinkedHashMap<>(o.config());
        c.replaceAll((key, value) -> part(where, key, value));
        switch (o.className()) {
            case "InputLayer" -> rename(c, "batch_input_shape", "batch_shape");
            case "LeakyReLU" -> rename(c, "alpha", "negative_slope");
            case "ThresholdedReLU" -> rename(c, "theta", "threshold");
            case "Discretization" -> rename(c, "bins", "num_bins");
            // Predicts the middle of the image in Keras 2, and the whole of it in Keras 3.
            case "RandomCrop" -> c.put("predicts", "otherwise in Keras 3");
            // Files older than the option are of the only form there was.
            case "GRU", "GRUCell" -> c.putIfAbsent("reset_after", false);
            case "SeparableConv1D", "SeparableConv2D" -> drop(c, "kernel_");
            case "DepthwiseConv1D", "DepthwiseConv2D" -> {
                drop(c, "kernel_initializer");
                drop(c, "kernel_regularizer");
                drop(c, "kernel_constraint");
                c.remove("filters");
            }
            case "BatchNormalization", "BatchNormalizationV1", "BatchNormalizationV2", "SyncBatchNormalization" -> {
                if (c.get("axis") instanceof List<?> l && l.size() == 1) c.put("axis", l.getFirst());
            }
            default -> {}
        }
        if (Integer.valueOf(1).equals(number(c.get("groups"))) && !o.className().matches("Conv[123]D"))
            c.remove("groups");
        c.keySet().removeIf(MEANINGLESS::contains);
        if (!o.className().equals("Embedding")) c.remove("input_dim");
        return c;
    }

    private static void drop(Map<String, @Nullable Object> config, String start) {
        config.keySet()
                .removeIf(k -> start.endsWith("_") ? k.startsWith(start) && !k.equals("kernel_size") : k.equals(start));
    }

    private static @Nullable Integer number(@Nullable Object json) {
        return json instanceof Number n ? (Integer) n.intValue() : null;
    }

    private static void rename(Map<String, @Nullable Object> config, String from, String to) {
        if (config.containsKey(from)) config.putIfAbsent(to, config.remove(from));
    }

    private static @Nullable Object part(String where, String key, @Nullable Object value) {
        Map<?, ?> object = value instanceof Map<?, ?> m && m.get("class_name") instanceof String ? m : null;
        if (value instanceof List<?> l && key.equals("cells")) {
            List<@Nullable Object> r = new ArrayList<>();
            for (Object e : l) r.add(layer(where, e));
            return r;
        }
        if (key.equals("dtype") && object != null) return policy(object);
        if (key.endsWith("activation")) {
            if ("hard_sigmoid".equals(value)) return HardSigmoid2.NAME;
            return object != null && !"function".equals(object.get("class_name")) ? layer(where, value) : value;
        }
        boolean wrapped =
                Set.of("layer", "cell", "forward_layer", "backward_layer").contains(key);
        return wrapped && object != null ? layer(where, value) : value;
    }

    private static Object policy(Map<?, ?> policy) {
        Object name = policy.get("config") instanceof Map<?, ?> c ? c.get("name") : null;
        return name == null ? policy : name;
    }

    // Models

    private static Map<String, @Nullable Object> model(String where, KerasObject o) {
        Map<String, @Nullable Object> config = new LinkedHashMap<>(o.config());
        // The first versions: a list of layers, and nothing else.
        if (o.raw().get("config") instanceof List<?> l) config.put("layers", l);
        if (!(config.get("layers") instanceof List<?> layers)) return config;
        if (o.className().equals("Sequential")) sequential(where, layers, config);
        else functional(where, layers, config);
        return config;
    }

    private static void sequential(String where, List<?> layers, Map<String, @Nullable Object> config) {
        List<Object> r = new ArrayList<>();
        for (Object l : layers) {
            KerasObject o = KerasObject.of(where, l);
            Object shape = o.config().get("batch_input_shape");
            if (r.isEmpty() && shape != null && !o.className().equals("InputLayer")) r.add(input(o, shape));
            r.add(layer(where, l));
        }
        config.put("layers", r);
    }

    /** The input that the first layer of a Sequential model implies. */
    private static Map<String, @Nullable Object> input(KerasObject first, Object shape) {
        Map<String, @Nullable Object> config = new LinkedHashMap<>();
        config.put("batch_shape", shape);
        Object dtype = first.config().get("input_dtype");
        boolean whole = first.className().equals("Embedding");
        config.put("dtype", dtype instanceof String ? dtype : whole ? "int32" : "float32");
        config.put("name", first.config().getOrDefault("name", "first") + "_input");
        Map<String, @Nullable Object> r = new LinkedHashMap<>();
        r.put("module", "keras.layers");
        r.put("class_name", "InputLayer");
        r.put("config", config);
        r.put(UPGRADED, true);
        return r;
    }

    private static void functional(String where, List<?> layers, Map<String, @Nullable Object> config) {
        Set<String> models = new HashSet<>(), sequentials = new HashSet<>(), names = new HashSet<>();
        for (Object l : layers) {
            KerasObject o = KerasObject.of(where, l);
            String name = name(o);
            names.add(name);
            if (isModel(o.className())) models.add(name);
            if (o.className().equals("Sequential")) sequentials.add(name);
        }
        Nodes nodes = new Nodes(where, names, models);
        List<Object> r = new ArrayList<>();
        for (Object l : layers) {
            KerasObject o = KerasObject.of(where, l);
            List<Node> calls = new ArrayList<>();
            if (o.raw().get("inbound_nodes") instanceof List<?> inbound) {
                for (Object node : inbound) calls.add(nodes.read(o.className(), node));
            }
            if (TensorFlowCalls.isOperation(o.className())) {
                r.addAll(TensorFlowCalls.operations(name(o), o, calls, nodes, names));
                continue;
            }
            Map<String, @Nullable Object> upgraded = layer(where, l);
            upgraded.put("name", name(o));
            upgraded.put("inbound_nodes", calls.stream().map(nodes::json).toList());
            r.add(upgraded);
        }
        config.put("layers", r);
        config.put("input_layers", ends(config.get("input_layers"), Set.of()));
        config.put("output_layers", ends(config.get("output_layers"), sequentials));
    }

    private static String name(KerasObject o) {
        if (o.raw().get("name") instanceof String n) return n;
        return o.config().get("name") instanceof String n ? n : o.className();
    }

    /** A single end stands in a list of its own; and Keras 3 does not count the making of a Sequential model as a call. */
    private static @Nullable Object ends(@Nullable Object json, Set<String> sequentials) {
        if (json instanceof List<?> l && l.size() == 1 && l.getFirst() instanceof List<?>)
            return end(l.getFirst(), sequentials);
        return end(json, sequentials);
    }

    private static @Nullable Object end(@Nullable Object json, Set<String> sequentials) {
        if (tensor(json) instanceof Tensor t)
            return List.of(t.layer(), t.call() - (sequentials.contains(t.layer()) ? 1 : 0), t.output());
        if (json instanceof List<?> l) {
            List<@Nullable Object> r = new ArrayList<>();
            for (Object e : l) r.add(end(e, sequentials));
            return r;
        }
        if (json instanceof Map<?, ?> m) {
            Map<String, @Nullable Object> r = new LinkedHashMap<>();
            m.forEach((k, v) -> r.put(String.valueOf(k), end(v, sequentials)));
            return r;
        }
        return json;
    }

    /** An output of a call, as Keras 3 writes it down. */
    static Map<String, @Nullable Object> reference(String layer, int call, int output) {
        Map<String, @Nullable Object> r = new LinkedHashMap<>();
        r.put("class_name", "__keras_tensor__");
        r.put("config", Map.of("keras_history", List.of(layer, call, output)));
        return r;
    }

    private static @Nullable Tensor tensor(@Nullable Object json) {
        if (json instanceof List<?> l
                && (l.size() == 3 || l.size() == 4)
                && l.get(0) instanceof String layer
                && l.get(1) instanceof Number call
                && (l.get(2) instanceof Number output)) {
            Map<String, @Nullable Object> keywords = new LinkedHashMap<>();
            if (l.size() == 4 && l.get(3) instanceof Map<?, ?> m)
                m.forEach((k, v) -> keywords.put(String.valueOf(k), v));
            return new Tensor(layer, call.intValue(), output.intValue(), keywords);
        }
        return null;
    }

    // Calls

    /** One call: what a layer is called with. */
    record Node(List<@Nullable Object> arguments, Map<String, @Nullable Object> keywords) {}

    /** The calls of one model's layers. */
    static final class Nodes {
        private static final String CONSTANT = "_CONSTANT_VALUE";

        private final String where;
        private final Set<String> names;
        private final Set<String> models;

        private Nodes(String where, Set<String> names, Set<String> models) {
            this.where = where;
            this.names = names;
            this.models = models;
        }

        private Node read(String className, @Nullable Object node) {
            Map<String, @Nullable Object> keywords = new LinkedHashMap<>();
            // A layer's only tensor stands in a list of its own.
            Object given = node instanceof List<?> l && l.size() == 1 && !TensorFlowCalls.isOperation(className)
                    ? l.getFirst()
                    : node;
            Object first = first(given, keywords);
            keywords.replaceAll((k, v) -> keyword(v));
            List<@Nullable Object> arguments = new ArrayList<>();
            if (RECURRENT.contains(className) && first instanceof List<?> l && l.size() > 1) {
                // The initial states stood among the inputs.
                arguments.add(l.getFirst());
                keywords.putIfAbsent("initial_state", l.subList(1, l.size()));
            } else {
                arguments.add(first);
            }
            return new Node(arguments, keywords);
        }

        private @Nullable Object first(@Nullable Object json, Map<String, @Nullable Object> keywords) {
            if (json instanceof List<?> l && !l.isEmpty() && CONSTANT.equals(l.getFirst())) {
                if (l.size() == 4 && l.get(3) instanceof Map<?, ?> m)
                    m.forEach((k, v) -> keywords.put(String.valueOf(k), v));
                return l.get(2);
            }
            if (tensor(json) instanceof Tensor t) {
                keywords.putAll(t.keywords());
                return reference(t);
            }
            if (json instanceof List<?> l) {
                List<@Nullable Object> r = new ArrayList<>();
                for (Object e : l) r.add(first(e, keywords));
                return r;
            }
            if (json instanceof Map<?, ?> m) {
                Map<String, @Nullable Object> r = new LinkedHashMap<>();
                m.forEach((k, v) -> r.put(String.valueOf(k), first(v, keywords)));
                return r;
            }
            return json;
        }

        /** A keyword argument: only what names a layer of this model is a tensor. */
        private @Nullable Object keyword(@Nullable Object json) {
            if (json instanceof List<?> l && l.size() >= 3 && l.getFirst() instanceof String s) {
                if (s.equals(CONSTANT)) return l.get(2);
                if (names.contains(s) && tensor(json) instanceof Tensor t) return reference(t);
            }
            if (json instanceof List<?> l) {
                List<@Nullable Object> r = new ArrayList<>();
                for (Object e : l) r.add(keyword(e));
                return r;
            }
            if (json instanceof Map<?, ?> m) {
                Map<String, @Nullable Object> r = new LinkedHashMap<>();
                m.forEach((k, v) -> r.put(String.valueOf(k), keyword(v)));
                return r;
            }
            return json;
        }

        private Map<String, @Nullable Object> reference(Tensor t) {
            // A nested model's making was its first call.
            int call = t.call() - (models.contains(t.layer()) ? 1 : 0);
            return Keras2.reference(t.layer(), call, t.output());
        }

        Map<String, @Nullable Object> json(Node node) {
            Map<String, @Nullable Object> r = new LinkedHashMap<>();
            r.put("args", node.arguments());
            r.put("kwargs", node.keywords());
            return r;
        }

        @Override
        public String toString() {
            return where;
        }
    }

    /** What of an upgraded layer's configuration Keras 3 has no word for; null if nothing. */
    static @Nullable String leftOver(Map<String, Object> rest) {
        List<String> keys = new ArrayList<>();
        rest.forEach((k, v) -> {
            boolean off = Boolean.FALSE.equals(v) || v instanceof List<?> l && l.isEmpty();
            if (!off && !k.startsWith("@")) keys.add(k + "=" + KerasObject.shortened(v));
        });
        return keys.isEmpty() ? null : String.join(", ", keys);
    }
}
