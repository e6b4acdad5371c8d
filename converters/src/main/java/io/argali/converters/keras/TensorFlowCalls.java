package io.argali.converters.keras;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * TensorFlow's functions as Keras 3's operations: Keras 2 kept {@code x * 2}, {@code x[:, 0]} and {@code tf.reduce_mean(x, -1)} as layers that name
 * a function, with its arguments in the call. A function becomes one operation, or several where Keras 3 has none of its own.
 */
final class TensorFlowCalls {
    /** Writes one call as operations; the last of them is the {@linkplain Call#result result}. */
    @FunctionalInterface
    private interface Rule {
        void write(Call call) throws NoWords;
    }

    /** What Keras 3 has no operation for. */
    private static final class NoWords extends Exception {
        private static final long serialVersionUID = 1;

        NoWords(String what) {
            super(what);
        }
    }

    private static final String AXIS = "axis";
    private static final Map<String, Rule> TABLE = new LinkedHashMap<>();

    private static void add(String names, Rule rule) {
        for (String name : names.split(" ", -1)) TABLE.put(name, rule);
    }

    private static void binary(String names, String operation) {
        add(names, c -> c.result(operation, c.options(), c.first(), c.need("y")));
    }

    private static void unary(String names, String operation) {
        add(names, c -> c.result(operation, c.options(), c.first()));
    }

    /** @param options TensorFlow's names of what Keras 3's operation has under the same name in its configuration */
    private static void unary(String names, String operation, String... options) {
        add(names, c -> c.result(operation, c.options(options), c.first()));
    }

    private static void reduction(String names, String operation) {
        unary(names, operation, AXIS, "keepdims");
    }

    static {
        arithmetic();
        functions();
        reductions();
        movements();
        products();
        images();
    }

    private static void arithmetic() {
        binary("math.add __operators__.add add", "numpy.Add");
        binary("math.subtract subtract", "numpy.Subtract");
        binary("math.multiply multiply", "numpy.Multiply");
        binary("math.truediv math.divide divide realdiv", "numpy.Divide");
        binary("math.divide_no_nan", "numpy.DivideNoNan");
        binary("math.pow pow", "numpy.Power");
        binary("math.maximum maximum", "numpy.Maximum");
        binary("math.minimum minimum", "numpy.Minimum");
        binary("math.floordiv math.floor_div floor_div", "numpy.FloorDivide");
        binary("math.floormod math.mod", "numpy.Mod");
        binary("math.equal equal", "numpy.Equal");
        binary("math.not_equal not_equal", "numpy.NotEqual");
        binary("math.greater greater", "numpy.Greater");
        binary("math.greater_equal greater_equal", "numpy.GreaterEqual");
        binary("math.less less", "numpy.Less");
        binary("math.less_equal less_equal", "numpy.LessEqual");
        binary("math.logical_and", "numpy.LogicalAnd");
        binary("math.logical_or", "numpy.LogicalOr");
        add("math.atan2 atan2", c -> c.result("numpy.Arctan2", c.options(), c.first(), c.need("x")));
        add("math.scalar_mul scalar_mul", c -> c.result("numpy.Multiply", c.options(), c.first(), c.need("x")));
        add("math.squared_difference", c -> {
            Object difference = c.step("numpy.Subtract", c.options(), c.first(), c.need("y"));
            c.result("numpy.Square", c.options(), difference);
        });
        add("math.multiply_no_nan", c -> {
            Object zero = c.step("numpy.Equal", c.options(), c.need("y"), 0);
            Object product = c.step("numpy.Multiply", c.options(), c.first(), c.need("y"));
            c.result("numpy.Where", c.options(), zero, 0.0, product);
        });
        add("math.xlogy", c -> {
            Object zero = c.step("numpy.Equal", c.options(), c.first(), 0);
            Object log = c.step("numpy.Log", c.options(), c.need("y"));
            Object product = c.step("numpy.Multiply", c.options(), c.first(), log);
            c.result("numpy.Where", c.options(), zero, 0.0, product);
        });
        add("math.add_n math.accumulate_n add_n", c -> {
            List<?> all = c.firstAsList();
            if (all.size() < 2) throw new NoWords("one tensor");
            Object sum = all.getFirst();
            for (Object x : all.subList(1, all.size() - 1)) sum = c.step("numpy.Add", c.options(), sum, x);
            c.result("numpy.Add", c.options(), sum, all.getLast());
        });
        add("where", c -> c.result("numpy.Where", c.options(), c.first(), c.need("x"), c.need("y")));
    }

    private static void functions() {
        unary("math.logical_not", "numpy.LogicalNot");
        unary("math.negative negative", "numpy.Negative");
        unary("math.abs abs", "numpy.Absolute");
        unary("math.exp exp", "numpy.Exp");
        unary("math.expm1", "numpy.Expm1");
        unary("math.log", "numpy.Log");
        unary("math.log1p", "numpy.Log1p");
        unary("math.sqrt sqrt", "numpy.Sqrt");
        unary("math.rsqrt", "math.Rsqrt");
        unary("math.square square", "numpy.Square");
        unary("math.sign sign", "numpy.Sign");
        unary("math.sin sin", "numpy.Sin");
        unary("math.cos cos", "numpy.Cos");
        unary("math.tan tan", "numpy.Tan");
        unary("math.asin asin", "numpy.Arcsin");
        unary("math.acos acos", "numpy.Arccos");
        unary("math.atan atan", "numpy.Arctan");
        unary("math.sinh sinh", "numpy.Sinh");
        unary("math.cosh cosh", "numpy.Cosh");
        unary("math.asinh asinh", "numpy.Arcsinh");
        unary("math.acosh acosh", "numpy.Arccosh");
        unary("math.atanh atanh", "numpy.Arctanh");
        unary("math.tanh nn.tanh tanh", "numpy.Tanh");
        unary("math.sigmoid nn.sigmoid sigmoid", "nn.Sigmoid");
        unary("math.log_sigmoid", "nn.LogSigmoid");
        unary("math.floor floor", "numpy.Floor");
        unary("math.ceil", "numpy.Ceil");
        unary("math.round round math.rint", "numpy.Round");
        unary("math.reciprocal", "numpy.Reciprocal");
        unary("math.erf", "math.Erf");
        unary("math.erfc", "math.Erfc");
        unary("math.softplus nn.softplus", "nn.Softplus");
        unary("nn.softsign math.softsign", "nn.Softsign");
        unary("nn.relu", "nn.Relu");
        unary("nn.relu6", "nn.Relu6");
        unary("nn.elu", "nn.Elu");
        unary("nn.selu", "nn.Selu");
        unary("math.is_nan", "numpy.Isnan");
        unary("math.is_inf", "numpy.Isinf");
        unary("math.is_finite", "numpy.Isfinite");
        unary("identity", "numpy.Copy");
        unary("stop_gradient", "core.StopGradient");
        add("ensure_shape", c -> {
            c.ignore("shape");
            c.result("numpy.Copy", c.options(), c.first());
        });
        add("nn.silu nn.swish", c -> {
            Object beta = c.get("beta");
            if (beta == null || beta.equals(1.0)) {
                c.result("nn.Silu", c.options(), c.first());
                return;
            }
            Object scaled = c.step("numpy.Multiply", c.options(), c.first(), beta);
            Object gate = c.step("nn.Sigmoid", c.options(), scaled);
            c.result("numpy.Multiply", c.options(), c.first(), gate);
        });
        add("nn.crelu", c -> {
            Object minus = c.step("numpy.Negative", c.options(), c.first());
            Object both = List.of(c.step("nn.Relu", c.options(), c.first()), c.step("nn.Relu", c.options(), minus));
            c.result("numpy.Concatenate", c.option(AXIS, -1), both);
        });
        // Where nothing is said, TensorFlow's default stands, which need not be Keras 3's.
        add("nn.gelu", c -> c.result("nn.Gelu", c.option("approximate", false), c.first()));
        add("nn.leaky_relu", c -> c.result("nn.LeakyRelu", c.named("negative_slope", c.get("alpha", 0.2)), c.first()));
        add("nn.softmax math.softmax", c -> c.result("nn.Softmax", c.option(AXIS, -1), c.first()));
        add("nn.log_softmax math.log_softmax", c -> c.result("nn.LogSoftmax", c.option(AXIS, -1), c.first()));
        unary("cast", "core.Cast", "dtype");
        unary("dtypes.saturate_cast saturate_cast", "core.SaturateCast", "dtype");
        add(
                "clip_by_value",
                c -> c.result(
                        "numpy.Clip",
                        c.named("x_min", c.need("clip_value_min"), "x_max", c.need("clip_value_max")),
                        c.first()));
        add("clip_by_norm", c -> {
            Object bound = c.need("clip_norm");
            Object sum = c.step(
                    "numpy.Sum",
                    c.named(AXIS, c.get("axes"), "keepdims", true),
                    c.step("numpy.Square", c.options(), c.first()));
            Object norm = c.step("numpy.Maximum", c.options(), c.step("numpy.Sqrt", c.options(), sum), bound);
            c.result("numpy.Divide", c.options(), c.step("numpy.Multiply", c.options(), c.first(), bound), norm);
        });
        add("math.l2_normalize nn.l2_normalize linalg.l2_normalize", c -> {
            double epsilon = c.get("epsilon", 1e-12) instanceof Number n ? n.doubleValue() : 1e-12;
            // TensorFlow's bound is one of the sum of squares, Keras 3's one of its root.
            c.result("nn.Normalize", c.named(AXIS, c.need(AXIS), "epsilon", Math.sqrt(epsilon)), c.first());
        });
    }

    private static void reductions() {
        reduction("math.reduce_mean reduce_mean", "numpy.Mean");
        reduction("math.reduce_sum reduce_sum", "numpy.Sum");
        reduction("math.reduce_max reduce_max", "numpy.Max");
        reduction("math.reduce_min reduce_min", "numpy.Min");
        reduction("math.reduce_prod reduce_prod", "numpy.Prod");
        reduction("math.reduce_any reduce_any", "numpy.Any");
        reduction("math.reduce_all reduce_all", "numpy.All");
        reduction("math.reduce_std", "numpy.Std");
        reduction("math.reduce_variance", "numpy.Var");
        reduction("math.reduce_logsumexp reduce_logsumexp", "math.Logsumexp");
        add("math.reduce_euclidean_norm", c -> {
            Object squares = c.step("numpy.Square", c.options(), c.first());
            c.result("numpy.Sqrt", c.options(), c.step("numpy.Sum", c.options(AXIS, "keepdims"), squares));
        });
        add("norm linalg.norm", TensorFlowCalls::norm);
        add("math.count_nonzero", c -> whole(c, "numpy.CountNonzero", c.options(AXIS), "dtype"));
        unary("math.cumprod", "numpy.Cumprod", AXIS);
        add("math.cumsum cumsum", c -> {
            Map<String, @Nullable Object> axis = c.option(AXIS, 0);
            if (!Boolean.TRUE.equals(c.get("reverse"))) {
                c.result("numpy.Cumsum", axis, c.first());
                return;
            }
            Object sums = c.step("numpy.Cumsum", axis, c.step("numpy.Flip", axis, c.first()));
            c.result("numpy.Flip", axis, sums);
        });
        // TensorFlow's default axis; NumPy takes all elements for one row.
        add("math.argmax argmax", c -> whole(c, "numpy.Argmax", c.option(AXIS, 0), "output_type"));
        add("math.argmin argmin", c -> whole(c, "numpy.Argmin", c.option(AXIS, 0), "output_type"));
        add("sort", c -> {
            Map<String, @Nullable Object> axis = c.option(AXIS, -1);
            if (!c.isDescending()) c.result("numpy.Sort", axis, c.first());
            else c.result("numpy.Flip", axis, c.step("numpy.Sort", axis, c.first()));
        });
        add("argsort", c -> {
            c.ignore("stable");
            Object x = c.isDescending() ? c.step("numpy.Negative", c.options(), c.first()) : c.first();
            c.result("numpy.Argsort", c.option(AXIS, -1), x);
        });
        add("math.top_k nn.top_k", c -> {
            c.ignore("index_type");
            c.result("math.TopK", c.named("k", c.get("k", 1), "sorted", c.get("sorted", true)), c.first());
        });
    }

    /** Whole numbers of the type that an argument names: 64 bits wide where it does not, when Keras 3's have 32. */
    private static void whole(Call c, String operation, Map<String, @Nullable Object> options, String type) {
        Object number = c.step(operation, options, c.first());
        c.result("core.Cast", c.named("dtype", c.get(type, "int64")), number);
    }

    private static void norm(Call c) throws NoWords {
        Object order = c.get("ord", "euclidean"), axis = c.get(AXIS);
        boolean matrix = axis instanceof List<?> l && l.size() == 2;
        if (matrix && !"euclidean".equals(order)) throw new NoWords("a norm of matrices");
        if (axis == null && !"euclidean".equals(order)) throw new NoWords("a norm of all elements");
        boolean keep = Boolean.TRUE.equals(c.get("keepdims"));
        if (!"euclidean".equals(order) && !(order instanceof Number)) throw new NoWords("ord=" + order);
        if ("euclidean".equals(order)) {
            Object squares = c.step("numpy.Square", c.options(), c.first());
            Object sum = c.step("numpy.Sum", c.named(AXIS, axis, "keepdims", keep), squares);
            c.result("numpy.Sqrt", c.options(), sum);
            return;
        }
        c.result("linalg.Norm", c.named("ord", order, AXIS, axis, "keepdims", keep), c.first());
    }

    private static void movements() {
        add("reshape", c -> c.result("numpy.Reshape", c.named("newshape", c.need("shape")), c.first()));
        add("transpose", c -> c.result("numpy.Transpose", c.named("axes", c.get("perm")), c.first()));
        add("linalg.matrix_transpose", c -> c.result("numpy.Swapaxes", c.named("axis1", -2, "axis2", -1), c.first()));
        unary("expand_dims", "numpy.ExpandDims", AXIS);
        unary("squeeze", "numpy.Squeeze", AXIS);
        unary("concat", "numpy.Concatenate", AXIS);
        add("stack", c -> c.result("numpy.Stack", c.option(AXIS, 0), c.first()));
        add("unstack", c -> c.result("core.Unstack", c.named("num", c.get("num"), AXIS, c.get(AXIS, 0)), c.first()));
        add("tile", c -> c.result("numpy.Tile", c.named("repeats", c.need("multiples")), c.first()));
        unary("repeat", "numpy.Repeat", "repeats", AXIS);
        unary("roll", "numpy.Roll", "shift", AXIS);
        unary("broadcast_to", "numpy.BroadcastTo", "shape");
        unary("reverse", "numpy.Flip", AXIS);
        unary("zeros_like", "numpy.ZerosLike", "dtype");
        unary("ones_like", "numpy.OnesLike", "dtype");
        add("split", c -> {
            Object axis = c.get(AXIS, 0);
            c.result(
                    "numpy.Split",
                    c.named("indices_or_sections", splits(c.need("num_or_size_splits")), AXIS, axis),
                    c.first());
        });
        add("gather", c -> {
            c.ignore("validate_indices");
            Object batch = c.get("batch_dims");
            if (batch instanceof Number n && n.intValue() != 0) throw new NoWords("batch_dims");
            c.result("numpy.Take", c.option(AXIS, 0), c.first(), c.need("indices"));
        });
        add("one_hot", c -> {
            Map<String, @Nullable Object> options = c.option(AXIS, -1);
            options.put("num_classes", c.need("depth"));
            options.put("dtype", c.get("dtype", "float32"));
            c.result("nn.OneHot", options, c.first());
        });
        add("pad", c -> {
            String mode = String.valueOf(c.get("mode", "CONSTANT")).toLowerCase(Locale.ROOT);
            Object fill = c.get("constant_values");
            Map<String, @Nullable Object> options = c.named("pad_width", c.need("paddings"), "mode", mode);
            if (mode.equals("constant")) c.result("numpy.Pad", options, c.first(), fill == null ? 0 : fill);
            else c.result("numpy.Pad", options, c.first());
        });
        add("__operators__.getitem", c -> c.result("numpy.GetItem", c.options(), c.first(), key(c.get("slice_spec"))));
        add("slice", c -> c.result("numpy.GetItem", c.options(), c.first(), slices(c, "begin", "size", null)));
        add("strided_slice", c -> {
            c.get("var");
            c.result("numpy.GetItem", c.options(), c.first(), slices(c, "begin", "end", c.get("strides")));
        });
        add("linalg.diag_part", c -> {
            if (c.get("k") instanceof Number n && n.intValue() != 0) throw new NoWords("k=" + n);
            c.result("numpy.Diagonal", c.named("offset", 0, "axis1", -2, "axis2", -1), c.first());
        });
        add("linalg.band_part", c -> {
            Object lower = c.need("num_lower"), upper = c.need("num_upper");
            if (!(lower instanceof Number l) || !(upper instanceof Number u)) throw new NoWords("computed bounds");
            Object below = u.intValue() < 0 ? c.first() : c.step("numpy.Tril", c.named("k", u.intValue()), c.first());
            if (l.intValue() < 0) c.result("numpy.Copy", c.options(), below);
            else c.result("numpy.Triu", c.named("k", -l.intValue()), below);
        });
    }

    private static void products() {
        add("linalg.matmul matmul", c -> {
            Object a = transposed(c, c.first(), "transpose_a"), b = transposed(c, c.need("b"), "transpose_b");
            c.result("numpy.Matmul", c.options(), a, b);
        });
        add("tensordot", c -> c.result("numpy.Tensordot", c.named("axes", c.need("axes")), c.first(), c.need("b")));
        add("nn.bias_add", c -> c.result("numpy.Add", c.options(), c.first(), c.need("bias")));
    }

    private static @Nullable Object transposed(Call c, @Nullable Object x, String flag) {
        if (!Boolean.TRUE.equals(c.get(flag))) return x;
        return c.step("numpy.Swapaxes", c.named("axis1", -2, "axis2", -1), x);
    }

    private static void images() {
        unary("nn.depth_to_space", "nn.DepthToSpace", "block_size");
        unary("nn.space_to_depth", "nn.SpaceToDepth", "block_size");
        add("image.flip_left_right", c -> c.result("numpy.Flip", c.named(AXIS, -2), c.first()));
        add("image.flip_up_down", c -> c.result("numpy.Flip", c.named(AXIS, -3), c.first()));
        add("image.resize", c -> {
            String method = String.valueOf(c.get("method", "bilinear"));
            if (!SIZED.contains(method)) throw new NoWords("method=" + method);
            Map<String, @Nullable Object> options = c.named("size", c.need("size"), "interpolation", method);
            options.put("antialias", c.get("antialias", false));
            options.put("data_format", "channels_last");
            c.result("image.Resize", options, c.first());
        });
        add("nn.max_pool nn.max_pool2d", c -> pool(c, "nn.MaxPool"));
        add("nn.avg_pool nn.avg_pool2d", c -> pool(c, "nn.AveragePool"));
    }

    private static final Set<String> SIZED = Set.of("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5");

    private static void pool(Call c, String operation) throws NoWords {
        Map<String, @Nullable Object> options =
                c.named("pool_size", spatial(c.need("ksize")), "strides", spatial(c.need("strides")));
        options.put("padding", String.valueOf(c.need("padding")).toLowerCase(Locale.ROOT));
        options.put("data_format", "channels_last");
        c.result(operation, options, c.first());
    }

    /** The middle of four numbers, those of the batch and of the channels being one. */
    private static Object spatial(Object given) throws NoWords {
        if (!(given instanceof List<?> l) || l.size() == 2) return given;
        boolean plane = l.size() == 4 && l.getFirst().equals(l.getLast());
        if (!plane || !(l.getFirst() instanceof Number n) || n.intValue() != 1) throw new NoWords("windows of " + l);
        return l.subList(1, 3);
    }

    /** Arguments that say nothing about the result, with what they may be: null for anything. */
    private static final Map<String, @Nullable Object> IGNORED = new LinkedHashMap<>();

    static {
        IGNORED.put("name", null);
        IGNORED.put("adjoint_a", false);
        IGNORED.put("adjoint_b", false);
        IGNORED.put("transpose_a", false);
        IGNORED.put("transpose_b", false);
        IGNORED.put("a_is_sparse", false);
        IGNORED.put("b_is_sparse", false);
        IGNORED.put("conjugate", false);
        IGNORED.put("exclusive", false);
        IGNORED.put("reverse", false);
        IGNORED.put("incompatible_shape_error", null);
        for (String mask : List.of("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask"))
            IGNORED.put(mask, 0);
        IGNORED.put("data_format", "NHWC");
        IGNORED.put("preserve_aspect_ratio", false);
    }

    private TensorFlowCalls() {}

    static boolean isOperation(String className) {
        return className.equals("TFOpLambda") || className.equals("SlicingOpLambda");
    }

    private static String function(KerasObject o) {
        return String.valueOf(o.config().get("function")).replaceFirst("^compat\\.v1\\.", "");
    }

    /**
     * The operations that a layer is, in the order of their calls; under its old name, which no catalogue has, if there are none.
     *
     * @param taken the names of the model's layers, to which those of further operations are added
     */
    static List<Map<String, @Nullable Object>> operations(
            String name, KerasObject o, List<Keras2.Node> calls, Keras2.Nodes nodes, Set<String> taken) {
        String function = function(o);
        Rule rule = TABLE.get(function);
        String lacking = "";
        if (rule != null) {
            try {
                Steps steps = new Steps(name, taken);
                for (Keras2.Node call : calls) steps.add(rule, call, nodes);
                return steps.layers();
            } catch (NoWords e) {
                lacking = " with " + e.getMessage();
            }
        }
        Map<String, @Nullable Object> unknown = layer(name, "tensorflow", function + lacking, new LinkedHashMap<>());
        unknown.put("inbound_nodes", calls.stream().map(nodes::json).toList());
        return List.of(unknown);
    }

    private static Map<String, @Nullable Object> layer(
            String name, String module, String className, Map<String, @Nullable Object> config) {
        Map<String, @Nullable Object> own = new LinkedHashMap<>();
        own.put("name", name);
        config.forEach((k, v) -> {
            if (v != null) own.put(k, v);
        });
        Map<String, @Nullable Object> r = new LinkedHashMap<>();
        r.put("module", "keras.src.ops." + module);
        r.put("class_name", className);
        r.put("config", own);
        r.put("registered_name", className);
        r.put("name", name);
        r.put(Keras2.UPGRADED, true);
        return r;
    }

    /** The operations that all calls of one layer become: each has one call for each of the layer's. */
    private static final class Steps {
        private final String name;
        private final Set<String> taken;
        private final List<Map<String, @Nullable Object>> layers = new ArrayList<>();
        private final List<List<Object>> inbound = new ArrayList<>();

        Steps(String name, Set<String> taken) {
            this.name = name;
            this.taken = taken;
        }

        void add(Rule rule, Keras2.Node node, Keras2.Nodes nodes) throws NoWords {
            Call call = new Call(this, node, nodes);
            rule.write(call);
            call.requireAllRead();
            if (call.position != layers.size()) throw new NoWords("calls that differ");
        }

        /** Makes an operation, or another call of it, and says how often it has been called before. */
        int call(int position, String operation, Map<String, @Nullable Object> config, boolean last, Object node)
                throws NoWords {
            int dot = operation.indexOf('.');
            if (position == layers.size()) {
                String own = last ? name : free(operation.substring(dot + 1));
                layers.add(layer(own, operation.substring(0, dot), operation.substring(dot + 1), config));
                inbound.add(new ArrayList<>());
            }
            Map<String, @Nullable Object> made = layers.get(position);
            Map<String, @Nullable Object> same = layer(
                    String.valueOf(made.get("name")),
                    operation.substring(0, dot),
                    operation.substring(dot + 1),
                    config);
            if (!made.equals(same)) throw new NoWords("calls that differ");
            inbound.get(position).add(node);
            return inbound.get(position).size() - 1;
        }

        private String free(String operation) {
            String start = name + "_" + operation.toLowerCase(Locale.ROOT), free = start;
            for (int i = 1; !taken.add(free); i++) free = start + "_" + i;
            return free;
        }

        String nameAt(int position) {
            return String.valueOf(layers.get(position).get("name"));
        }

        List<Map<String, @Nullable Object>> layers() {
            for (int i = 0; i < layers.size(); i++) layers.get(i).put("inbound_nodes", inbound.get(i));
            return layers;
        }
    }

    /** One call of a function: its arguments, and the operations that it becomes. */
    private static final class Call {
        private final Steps steps;
        private final Keras2.Node node;
        private final Keras2.Nodes nodes;
        private final Set<String> read = new HashSet<>();
        private @Nullable NoWords failure;
        private int position;

        Call(Steps steps, Keras2.Node node, Keras2.Nodes nodes) {
            this.steps = steps;
            this.node = node;
            this.nodes = nodes;
        }

        @Nullable
        Object first() {
            return node.arguments().getFirst();
        }

        List<?> firstAsList() {
            return first() instanceof List<?> l ? l : List.of();
        }

        /** A further argument; null if it is not there. */
        @Nullable
        Object get(String name) {
            read.add(name);
            return node.keywords().get(name);
        }

        Object get(String name, Object otherwise) {
            return Objects.requireNonNullElse(get(name), otherwise);
        }

        Object need(String name) throws NoWords {
            Object v = get(name);
            if (v == null) throw new NoWords("no " + name);
            return v;
        }

        void ignore(String name) {
            read.add(name);
        }

        boolean isDescending() {
            return "DESCENDING".equals(get("direction"));
        }

        /** A configuration of arguments under their own names. */
        Map<String, @Nullable Object> options(String... names) {
            Map<String, @Nullable Object> r = new LinkedHashMap<>();
            for (String name : names) put(r, name, get(name));
            return r;
        }

        Map<String, @Nullable Object> option(String name, Object otherwise) {
            return named(name, get(name, otherwise));
        }

        Map<String, @Nullable Object> named(String name, @Nullable Object value) {
            Map<String, @Nullable Object> r = new LinkedHashMap<>();
            put(r, name, value);
            return r;
        }

        Map<String, @Nullable Object> named(String a, @Nullable Object x, String b, @Nullable Object y) {
            Map<String, @Nullable Object> r = named(a, x);
            put(r, b, y);
            return r;
        }

        Map<String, @Nullable Object> named(
                String a, @Nullable Object x, String b, @Nullable Object y, String c, @Nullable Object z) {
            Map<String, @Nullable Object> r = named(a, x, b, y);
            put(r, c, z);
            return r;
        }

        private static void put(Map<String, @Nullable Object> options, String name, @Nullable Object value) {
            Object only = value instanceof List<?> l && l.size() == 1 && name.equals(AXIS) ? l.getFirst() : value;
            options.put(name, only);
        }

        /** An operation on the way to the result; its output. */
        Object step(String operation, Map<String, @Nullable Object> options, @Nullable Object... arguments) {
            int call = write(operation, options, false, arguments);
            return Keras2.reference(steps.nameAt(position - 1), call, 0);
        }

        /** The last operation, which has the layer's name. */
        void result(String operation, Map<String, @Nullable Object> options, @Nullable Object... arguments) {
            write(operation, options, true, arguments);
        }

        private int write(
                String operation, Map<String, @Nullable Object> options, boolean last, @Nullable Object... arguments) {
            List<@Nullable Object> list = new ArrayList<>();
            Collections.addAll(list, arguments);
            try {
                return steps.call(position++, operation, options, last, nodes.json(new Keras2.Node(list, Map.of())));
            } catch (NoWords e) {
                failure = e;
                return 0;
            }
        }

        void requireAllRead() throws NoWords {
            if (failure != null) throw failure;
            for (Map.Entry<String, @Nullable Object> e : node.keywords().entrySet()) {
                String key = e.getKey();
                if (e.getValue() == null || read.contains(key)) continue;
                Object only = IGNORED.get(key);
                if (!IGNORED.containsKey(key) || only != null && !only.equals(e.getValue())) throw new NoWords(key);
            }
        }
    }

    /** TensorFlow takes the sizes of the parts, NumPy where they begin. */
    private static Object splits(Object given) {
        if (!(given instanceof List<?> sizes)) return given;
        List<Object> begins = new ArrayList<>();
        long at = 0;
        for (Object size : sizes.subList(0, Math.max(0, sizes.size() - 1))) {
            at += size instanceof Number n ? n.longValue() : 0;
            begins.add(at);
        }
        return begins;
    }

    /** A part of a tensor: where it begins, and its sizes (−1 for the rest), or where it ends and its strides. */
    private static Object slices(Call c, String from, String to, @Nullable Object strides) throws NoWords {
        boolean sizes = to.equals("size");
        if (!(c.need(from) instanceof List<?> begin) || !(c.need(to) instanceof List<?> end))
            throw new NoWords("computed places");
        List<Object> r = new ArrayList<>();
        for (int i = 0; i < begin.size(); i++) {
            if (!(begin.get(i) instanceof Number b) || !(end.get(i) instanceof Number e))
                throw new NoWords("computed places");
            Map<String, @Nullable Object> s = new LinkedHashMap<>();
            s.put("start", b);
            s.put("stop", !sizes ? e : e.intValue() < 0 ? null : (Object) (b.intValue() + e.intValue()));
            s.put("step", strides instanceof List<?> l ? l.get(i) : null);
            r.add(slice(s));
        }
        return r;
    }

    private static Map<String, @Nullable Object> slice(Map<?, ?> parts) {
        Map<String, @Nullable Object> config = new LinkedHashMap<>();
        parts.forEach((k, v) -> config.put(String.valueOf(k), v));
        Map<String, @Nullable Object> slice = new LinkedHashMap<>();
        slice.put("class_name", "__slice__");
        slice.put("config", config);
        return slice;
    }

    /** What stands between the brackets of {@code x[…]}. */
    private static @Nullable Object key(@Nullable Object json) {
        return switch (json) {
            case List<?> l -> {
                List<@Nullable Object> r = new ArrayList<>();
                for (Object e : l) r.add(key(e));
                yield r;
            }
            case Map<?, ?> m when m.containsKey("start") || m.containsKey("stop") -> slice(m);
            case Map<?, ?> m
            when "Ellipsis".equals(m.get("value")) || "...".equals(m.get("value")) ->
                Map.of("class_name", "__ellipsis__", "config", Map.of());
            case null, default -> json;
        };
    }
}
