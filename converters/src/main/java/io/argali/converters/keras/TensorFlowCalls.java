package io.argali.converters.keras;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * TensorFlow's functions as Keras 3's operations: Keras 2 kept {@code x * 2}, {@code x[:, 0]} and {@code tf.reduce_mean(x, -1)} as layers that name
 * a function, with its arguments in the call.
 */
final class TensorFlowCalls {
    /**
     * A function.
     *
     * @param operation Keras 3's, module and class
     * @param arguments the arguments after the first that stay arguments, in order
     * @param options the arguments that Keras 3's operation has in its configuration: TensorFlow's name, Keras' name
     */
    private record Function(String operation, List<String> arguments, Map<String, String> options) {}

    private static final Map<String, Function> TABLE = new LinkedHashMap<>();

    private static void add(String names, String operation, List<String> arguments, Map<String, String> options) {
        for (String name : names.split(" ", -1)) TABLE.put(name, new Function(operation, arguments, options));
    }

    private static void binary(String names, String operation) {
        add(names, operation, List.of("y"), Map.of());
    }

    private static void unary(String names, String operation) {
        add(names, operation, List.of(), Map.of());
    }

    private static void reduction(String names, String operation) {
        add(names, operation, List.of(), Map.of("axis", "axis", "keepdims", "keepdims"));
    }

    static {
        binary("math.add __operators__.add add", "numpy.Add");
        binary("math.subtract subtract", "numpy.Subtract");
        binary("math.multiply multiply", "numpy.Multiply");
        binary("math.truediv math.divide divide realdiv", "numpy.Divide");
        binary("math.divide_no_nan", "numpy.DivideNoNan");
        binary("math.pow pow", "numpy.Power");
        binary("math.maximum maximum", "numpy.Maximum");
        binary("math.minimum minimum", "numpy.Minimum");
        binary("math.floordiv math.floor_div", "numpy.FloorDivide");
        binary("math.floormod math.mod", "numpy.Mod");
        binary("math.equal equal __operators__.eq", "numpy.Equal");
        binary("math.not_equal not_equal __operators__.ne", "numpy.NotEqual");
        binary("math.greater greater", "numpy.Greater");
        binary("math.greater_equal greater_equal", "numpy.GreaterEqual");
        binary("math.less less", "numpy.Less");
        binary("math.less_equal less_equal", "numpy.LessEqual");
        binary("math.logical_and", "numpy.LogicalAnd");
        binary("math.logical_or", "numpy.LogicalOr");
        add("linalg.matmul matmul", "numpy.Matmul", List.of("b"), Map.of());
        unary("math.logical_not", "numpy.LogicalNot");
        unary("math.negative negative", "numpy.Negative");
        unary("math.abs abs", "numpy.Absolute");
        unary("math.exp exp", "numpy.Exp");
        unary("math.log", "numpy.Log");
        unary("math.log1p", "numpy.Log1p");
        unary("math.sqrt sqrt", "numpy.Sqrt");
        unary("math.rsqrt", "math.Rsqrt");
        unary("math.square square", "numpy.Square");
        unary("math.sign sign", "numpy.Sign");
        unary("math.sin sin", "numpy.Sin");
        unary("math.cos cos", "numpy.Cos");
        unary("math.tanh nn.tanh tanh", "numpy.Tanh");
        unary("math.sigmoid nn.sigmoid sigmoid", "nn.Sigmoid");
        unary("math.floor floor", "numpy.Floor");
        unary("math.ceil", "numpy.Ceil");
        unary("math.reciprocal", "numpy.Reciprocal");
        unary("math.erf", "math.Erf");
        unary("math.softplus nn.softplus", "nn.Softplus");
        unary("nn.softsign math.softsign", "nn.Softsign");
        unary("nn.relu", "nn.Relu");
        unary("nn.relu6", "nn.Relu6");
        unary("nn.elu", "nn.Elu");
        unary("nn.selu", "nn.Selu");
        unary("nn.silu nn.swish", "nn.Silu");
        unary("identity", "numpy.Copy");
        add("nn.gelu", "nn.Gelu", List.of(), Map.of("approximate", "approximate"));
        add("nn.leaky_relu", "nn.LeakyRelu", List.of(), Map.of("alpha", "negative_slope"));
        add("nn.softmax math.softmax", "nn.Softmax", List.of(), Map.of("axis", "axis"));
        add("nn.log_softmax math.log_softmax", "nn.LogSoftmax", List.of(), Map.of("axis", "axis"));
        reduction("math.reduce_mean reduce_mean", "numpy.Mean");
        reduction("math.reduce_sum reduce_sum", "numpy.Sum");
        reduction("math.reduce_max reduce_max", "numpy.Max");
        reduction("math.reduce_min reduce_min", "numpy.Min");
        reduction("math.reduce_prod reduce_prod", "numpy.Prod");
        reduction("math.reduce_any reduce_any", "numpy.Any");
        reduction("math.reduce_all reduce_all", "numpy.All");
        reduction("math.reduce_std", "numpy.Std");
        reduction("math.reduce_variance", "numpy.Var");
        add("math.cumsum cumsum", "numpy.Cumsum", List.of(), Map.of("axis", "axis"));
        add("reshape", "numpy.Reshape", List.of(), Map.of("shape", "newshape"));
        add("transpose", "numpy.Transpose", List.of(), Map.of("perm", "axes"));
        add("expand_dims", "numpy.ExpandDims", List.of(), Map.of("axis", "axis"));
        add("squeeze", "numpy.Squeeze", List.of(), Map.of("axis", "axis"));
        add("concat", "numpy.Concatenate", List.of(), Map.of("axis", "axis"));
        add("stack", "numpy.Stack", List.of(), Map.of("axis", "axis"));
        add("tile", "numpy.Tile", List.of(), Map.of("multiples", "repeats"));
        add("cast", "core.Cast", List.of(), Map.of("dtype", "dtype"));
        add("clip_by_value", "numpy.Clip", List.of(), Map.of("clip_value_min", "x_min", "clip_value_max", "x_max"));
        add("split", "numpy.Split", List.of(), Map.of("num_or_size_splits", "indices_or_sections", "axis", "axis"));
        add("math.argmax argmax", "numpy.Argmax", List.of(), Map.of("axis", "axis"));
        add("math.argmin argmin", "numpy.Argmin", List.of(), Map.of("axis", "axis"));
        add("reverse", "numpy.Flip", List.of(), Map.of("axis", "axis"));
    }

    /** Arguments that say nothing about the result, with what they may be: null for anything. */
    private static final Map<String, @Nullable Object> IGNORED = new LinkedHashMap<>();

    static {
        IGNORED.put("name", null);
        IGNORED.put("transpose_a", false);
        IGNORED.put("transpose_b", false);
        IGNORED.put("adjoint_a", false);
        IGNORED.put("adjoint_b", false);
        IGNORED.put("a_is_sparse", false);
        IGNORED.put("b_is_sparse", false);
        IGNORED.put("conjugate", false);
        IGNORED.put("exclusive", false);
        IGNORED.put("reverse", false);
        IGNORED.put("beta", 1.0);
        IGNORED.put("incompatible_shape_error", null);
    }

    private TensorFlowCalls() {}

    static boolean isOperation(String className) {
        return className.equals("TFOpLambda") || className.equals("SlicingOpLambda");
    }

    private static String function(KerasObject o) {
        return String.valueOf(o.config().get("function")).replaceFirst("^compat\\.v1\\.", "");
    }

    /** The operation that a layer is; under its old name, which no catalogue has, if there is none. */
    static Map<String, @Nullable Object> operation(String where, KerasObject o, List<Keras2.Node> calls) {
        String function = function(o);
        Map<String, @Nullable Object> config = new LinkedHashMap<>();
        config.put("name", o.config().get("name"));
        String name = "tensorflow." + function;
        Function f = TABLE.get(function);
        Map<String, @Nullable Object> options =
                calls.isEmpty() ? Map.of() : calls.getFirst().keywords();
        boolean same = calls.stream().allMatch(c -> c.keywords().equals(options));
        String beyond = f == null ? null : beyond(f, options);
        if (function.equals("__operators__.getitem")) {
            name = "numpy.GetItem";
        } else if (f != null && beyond != null) {
            name = "tensorflow." + function + " with " + beyond;
        } else if (f != null && (same || f.options().isEmpty())) {
            name = f.operation();
            f.options().forEach((from, to) -> {
                Object v = options.get(from);
                if (v != null)
                    config.put(to, v instanceof List<?> l && l.size() == 1 && from.equals("axis") ? l.getFirst() : v);
            });
            // TensorFlow's default; NumPy's is the first axis for some.
            if (f.operation().contains("Arg")) config.putIfAbsent("axis", 0);
            if (function.equals("split")) splits(config);
            if (function.equals("nn.leaky_relu")) config.putIfAbsent("negative_slope", 0.2);
        }
        int dot = name.indexOf('.');
        Map<String, @Nullable Object> r = new LinkedHashMap<>();
        r.put("module", "keras.src.ops." + name.substring(0, dot));
        r.put("class_name", name.substring(dot + 1));
        r.put("config", config);
        r.put("registered_name", name.substring(dot + 1));
        r.put(Keras2.UPGRADED, true);
        return r;
    }

    /** TensorFlow takes the sizes of the parts, NumPy where they begin. */
    private static void splits(Map<String, @Nullable Object> config) {
        config.putIfAbsent("axis", 0);
        if (!(config.get("indices_or_sections") instanceof List<?> sizes)) return;
        List<Object> begins = new ArrayList<>();
        long at = 0;
        for (Object size : sizes.subList(0, Math.max(0, sizes.size() - 1))) {
            at += size instanceof Number n ? n.longValue() : 0;
            begins.add(at);
        }
        config.put("indices_or_sections", begins);
    }

    /** An argument that the operation has no word for. */
    private static @Nullable String beyond(Function f, Map<String, @Nullable Object> given) {
        for (Map.Entry<String, @Nullable Object> e : given.entrySet()) {
            String key = e.getKey();
            if (e.getValue() == null
                    || f.arguments().contains(key)
                    || f.options().containsKey(key)) continue;
            if (f.operation().contains("Arg") && key.equals("output_type")) continue;
            boolean ignored = IGNORED.containsKey(key)
                    && (IGNORED.get(key) == null || IGNORED.get(key).equals(e.getValue()));
            if (!ignored) return key;
        }
        return null;
    }

    /** The calls in the form of Keras 3. */
    static List<Object> nodes(KerasObject o, List<Keras2.Node> calls, Keras2.Nodes nodes) {
        String function = function(o);
        Function f = TABLE.get(function);
        List<Object> r = new ArrayList<>();
        for (Keras2.Node call : calls) {
            List<@Nullable Object> arguments = new ArrayList<>(call.arguments());
            if (function.equals("__operators__.getitem"))
                arguments.add(key(call.keywords().get("slice_spec")));
            else if (f != null)
                f.arguments().forEach(a -> arguments.add(call.keywords().get(a)));
            r.add(nodes.json(new Keras2.Node(arguments, Map.of())));
        }
        return r;
    }

    /** What stands between the brackets of {@code x[…]}. */
    private static @Nullable Object key(@Nullable Object json) {
        return switch (json) {
            case List<?> l -> {
                List<@Nullable Object> r = new ArrayList<>();
                for (Object e : l) r.add(key(e));
                yield r;
            }
            case Map<?, ?> m
            when m.containsKey("start") || m.containsKey("stop") -> {
                Map<String, @Nullable Object> slice = new LinkedHashMap<>();
                slice.put("class_name", "__slice__");
                Map<String, @Nullable Object> config = new LinkedHashMap<>();
                m.forEach((k, v) -> config.put(String.valueOf(k), v));
                slice.put("config", config);
                yield slice;
            }
            case Map<?, ?> m
            when "Ellipsis".equals(m.get("value")) || "...".equals(m.get("value")) ->
                Map.of("class_name", "__ellipsis__", "config", Map.of());
            case null, default -> json;
        };
    }
}
