package io.argali.converters.tensorflow;

import static io.argali.converters.tensorflow.TfGraph.attr;
import static io.argali.converters.tensorflow.TfGraph.type;

import io.argali.converters.UnsupportedModelException;
import io.argali.converters.export.DynamicGraph;
import io.argali.converters.export.Folding;
import io.argali.converters.export.Length;
import io.argali.converters.tensorflow.TfGraph.Arg;
import io.argali.converters.tensorflow.TfGraph.Attr;
import io.argali.loader.protobuf.AttrValue;
import io.argali.loader.protobuf.DataType;
import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.ReduceFunction;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The table of TensorFlow nodes for each operation. */
final class TfNodes {
    final TfGraph out;
    private final DynamicGraph graph;
    /** What is computed before; null if all of the graph is to be seen. */
    private final @Nullable Folding folding;

    private final List<String> problems;
    private final @Nullable TfNodes around;
    private final Map<Value, String> names = new HashMap<>();
    private final Map<Length, String> lengths = new HashMap<>();
    private final Function<Op.Variable, String> variables;

    TfNodes(TfGraph out, DynamicGraph graph, @Nullable Folding folding, Function<Op.Variable, String> variables) {
        this(out, graph, folding, variables, new ArrayList<>(), null);
    }

    private TfNodes(
            TfGraph out,
            DynamicGraph graph,
            @Nullable Folding folding,
            Function<Op.Variable, String> variables,
            List<String> problems,
            @Nullable TfNodes around) {
        this.out = out;
        this.graph = graph;
        this.folding = folding;
        this.variables = variables;
        this.problems = problems;
        this.around = around;
    }

    List<String> problems() {
        return problems;
    }

    void bind(Value parameter, String name) {
        names.put(parameter, name);
    }

    void bind(Length.Symbol s, String input) {
        lengths.put(
                symbolic(s),
                dim(input, graph.graph().parameters().get(s.parameter()).dtype(), s.axis()));
    }

    private static Length symbolic(Length.Symbol s) {
        return new Length.Computed(List.of(s), 1, 0, 1);
    }

    /** Adds the nodes of a graph whose parameters are bound, and gives the names of its outputs. */
    List<String> add(Graph g) {
        for (Node n : g.nodes()) {
            if (n.op() instanceof Op.Parameter || names.containsKey(n.output(0))) continue;
            if (isConstant(n.output(0))) continue;
            out.origin(n.origin());
            try {
                add(n);
            } catch (UnsupportedModelException e) {
                String problem = String.valueOf(e.getMessage());
                if (!problems.contains(problem)) problems.add(problem);
                for (Value v : n.outputs()) names.putIfAbsent(v, "missing");
            }
        }
        out.origin("");
        return g.outputs().stream().map(this::get).toList();
    }

    private boolean isConstant(Value v) {
        return folding != null && folding.isConstant(v);
    }

    /** The name of a value. */
    String get(Value v) {
        String name = names.get(v);
        if (name != null) return name;
        if (isConstant(v)) {
            if (around != null) { // weights stand in the outermost graph, once
                name = out.capture(around.get(v), type(v.dtype()));
            } else {
                String wanted = v.node().op() instanceof Op.Variable w
                        ? w.path()
                        : v.node().origin().isEmpty() ? "constant" : v.node().origin() + "/constant";
                name = out.constant(wanted, Objects.requireNonNull(folding).tensor(v));
            }
            names.put(v, name);
            return name;
        }
        throw new IllegalStateException("no name for " + v);
    }

    String input(Node n, int i) {
        return get(n.input(i));
    }

    void result(Node n, int i, String name) {
        names.put(n.output(i), name);
    }

    private void put(Node n, String name) {
        names.put(n.output(0), name);
    }

    String op(String op, DType t, String... inputs) {
        return out.node(op, List.of(inputs), type("T", t));
    }

    /** A node without attributes. */
    String plain(String op, String... inputs) {
        return out.node(op, List.of(inputs));
    }

    UnsupportedModelException unsupported(Node n, String what) {
        return new UnsupportedModelException(DynamicGraph.place(n) + what);
    }

    DynamicGraph graph() {
        return graph;
    }

    // Lengths

    /** An int32 scalar. */
    String length(Length l) {
        if (l instanceof Length.Fixed f) return out.scalar(DType.INT32, f.value());
        String known = lengths.get(l);
        if (known != null) return known;
        Length.Computed c = (Length.Computed) l;
        String r = null;
        for (Length.Atom a : c.atoms()) {
            String atom = switch (a) {
                case Length.Symbol s ->
                    around == null
                            ? Objects.requireNonNull(lengths.get(symbolic(s)))
                            : lengths.computeIfAbsent(
                                    symbolic(s), k -> out.capture(around.length(k), DataType.DT_INT32));
                case Length.Dim d -> dim(get(d.value()), d.value().dtype(), d.axis());
            };
            r = r == null ? atom : op("Mul", DType.INT32, r, atom);
        }
        String whole = Objects.requireNonNull(r);
        if (c.factor() != 1) whole = op("Mul", DType.INT32, whole, out.scalar(DType.INT32, c.factor()));
        if (c.offset() != 0) whole = op("AddV2", DType.INT32, whole, out.scalar(DType.INT32, c.offset()));
        if (c.divisor() != 1) whole = op("FloorDiv", DType.INT32, whole, out.scalar(DType.INT32, c.divisor()));
        lengths.put(l, whole);
        return whole;
    }

    private String dim(String of, DType type, int axis) {
        String shape = out.node("Shape", List.of(of), type("T", type), type("out_type", DType.INT32));
        return out.node(
                "StridedSlice",
                List.of(shape, out.ints(axis), out.ints(axis + 1), out.ints(1)),
                type("T", DType.INT32),
                type("Index", DType.INT32),
                attr("shrink_axis_mask", 1));
    }

    /** An int32 vector of lengths. */
    String vector(List<Length> all) {
        if (all.stream().allMatch(Length::isFixed)) {
            return out.ints(all.stream()
                    .mapToInt(l -> Math.toIntExact(((Length.Fixed) l).value()))
                    .toArray());
        }
        return out.node(
                "Pack",
                all.stream().map(this::length).toList(),
                type("T", DType.INT32),
                attr("N", all.size()),
                attr("axis", 0));
    }

    // Types

    /** The type that all kernels know in place of a rare one. */
    static DType common(DType t) {
        return switch (t) {
            case INT8, INT16, UINT8, UINT16 -> DType.INT32;
            case UINT32, UINT64 -> DType.INT64;
            default -> t;
        };
    }

    String cast(String x, DType from, DType to) {
        // TensorFlow has no kernel between float8 and what is no floating point.
        if ((isFloat8(from) && !to.isFloating()) || (isFloat8(to) && !from.isFloating()))
            return cast(cast(x, from, DType.FLOAT32), DType.FLOAT32, to);
        return from == to ? x : out.node("Cast", List.of(x), type("SrcT", from), type("DstT", to));
    }

    private static boolean isFloat8(DType t) {
        return t == DType.FLOAT8_E4M3FN || t == DType.FLOAT8_E5M2;
    }

    String reshape(String x, DType type, String shape) {
        return out.node("Reshape", List.of(x, shape), type("T", type), type("Tshape", DType.INT32));
    }

    private String transpose(String x, DType type, List<Integer> permutation) {
        return out.node("Transpose", List.of(x, out.ints(permutation)), type("T", type), type("Tperm", DType.INT32));
    }

    String expand(String x, DType type, int axis) {
        return out.node(
                "ExpandDims", List.of(x, out.scalar(DType.INT32, axis)), type("T", type), type("Tdim", DType.INT32));
    }

    String squeeze(String x, DType type, int axis) {
        return out.node("Squeeze", List.of(x), type("T", type), attr("squeeze_dims", List.of(axis)));
    }

    String select(String condition, String a, String b, DType type) {
        return op("SelectV2", type, condition, a, b);
    }

    String concat(List<String> values, DType type, int axis) {
        if (values.size() == 1) return values.get(0);
        List<String> in = new ArrayList<>(values);
        in.add(out.scalar(DType.INT32, axis));
        return out.node("ConcatV2", in, type("T", type), type("Tidx", DType.INT32), attr("N", values.size()));
    }

    String gather(String x, DType type, String indices, DType at, int axis, int batchDims) {
        return out.node(
                "GatherV2",
                List.of(x, indices, out.scalar(DType.INT32, axis)),
                type("Tparams", type),
                type("Tindices", at),
                type("Taxis", DType.INT32),
                attr("batch_dims", batchDims));
    }

    String fill(String shape, DType type, double value) {
        return out.node(
                "Fill", List.of(shape, out.scalar(type, value)), type("T", type), type("index_type", DType.INT32));
    }

    String range(String count) {
        return out.node(
                "Range",
                List.of(out.scalar(DType.INT32, 0), count, out.scalar(DType.INT32, 1)),
                type("Tidx", DType.INT32));
    }

    // The table

    private void add(Node n) {
        switch (n.op()) {
            case Op.Elementwise e -> put(n, elementwise(n, e));
            case Op.Movement m -> put(n, movement(n, m));
            case Op.Reduction r -> put(n, reduction(n, r));
            case Op.Contraction c -> put(n, contraction(n, c));
            case Op.Indexing i -> put(n, indexing(n, i));
            case Op.Leaf l -> put(n, leaf(n, l));
            case Op.Control c -> control(n, c);
            case Op.Custom c -> TfFunctions.add(this, n, c.function());
        }
    }

    // Elementwise

    private String elementwise(Node n, Op.Elementwise e) {
        DType type = n.inputs().getLast().dtype();
        return switch (e) {
            case Op.Unary u -> unary(n, u.function(), input(n, 0), type);
            case Op.Binary b -> binary(n, b.function(), input(n, 0), input(n, 1), type);
            case Op.Select s -> select(input(n, 0), input(n, 1), input(n, 2), type);
            case Op.Cast c -> {
                if (type == DType.STRING || c.dtype() == DType.STRING) throw unsupported(n, "converts text");
                if (c.dtype() != DType.BOOL || type == DType.BOOL) yield cast(input(n, 0), type, c.dtype());
                DType compared = isFloat8(type) ? DType.FLOAT32 : type;
                yield op("NotEqual", compared, cast(input(n, 0), type, compared), out.scalar(compared, 0));
            }
        };
    }

    private String unary(Node n, UnaryFunction f, String x, DType type) {
        if (type.isInteger() || type == DType.BOOL) return unaryOfIntegers(n, f, x, type);
        return switch (f) {
            case NEGATE -> op("Neg", type, x);
            case ABS -> op("Abs", type, x);
            case SIGN -> op("Sign", type, x);
            case RECIPROCAL -> op("Reciprocal", type, x);
            case SQUARE -> op("Square", type, x);
            case SQRT -> op("Sqrt", type, x);
            case RSQRT -> op("Rsqrt", type, x);
            case EXP -> op("Exp", type, x);
            case EXPM1 -> op("Expm1", type, x);
            case LOG -> op("Log", type, x);
            case LOG1P -> op("Log1p", type, x);
            case SIN -> op("Sin", type, x);
            case COS -> op("Cos", type, x);
            case TAN -> op("Tan", type, x);
            case ASIN -> op("Asin", type, x);
            case ACOS -> op("Acos", type, x);
            case ATAN -> op("Atan", type, x);
            case SINH -> op("Sinh", type, x);
            case COSH -> op("Cosh", type, x);
            case TANH -> op("Tanh", type, x);
            case ASINH -> op("Asinh", type, x);
            case ACOSH -> op("Acosh", type, x);
            case ATANH -> op("Atanh", type, x);
            case SIGMOID -> op("Sigmoid", type, x);
            case RELU -> op("Relu", type, x);
            case SOFTPLUS -> op("Softplus", type, x);
            case ERF -> op("Erf", type, x);
            case ERF_INVERSE -> {
                DType held = type == DType.FLOAT64 ? type : DType.FLOAT32;
                yield cast(op("Erfinv", held, cast(x, type, held)), held, type);
            }
            case FLOOR -> op("Floor", type, x);
            case CEIL -> op("Ceil", type, x);
            case ROUND -> op("Round", type, x);
            case TRUNCATE -> op("Mul", type, op("Sign", type, x), op("Floor", type, op("Abs", type, x)));
            case IS_NAN -> op("IsNan", type, x);
            case IS_INFINITE -> op("IsInf", type, x);
            case IS_FINITE -> op("IsFinite", type, x);
            case NOT, BITWISE_NOT -> throw unsupported(n, f + " of " + type.kerasName());
        };
    }

    private String unaryOfIntegers(Node n, UnaryFunction f, String x, DType type) {
        DType wide = type == DType.BOOL ? DType.INT32 : common(type);
        return switch (f) {
            case NOT -> plain("LogicalNot", type == DType.BOOL ? x : op("NotEqual", type, x, out.scalar(type, 0)));
            case NEGATE -> cast(op("Neg", wide, cast(x, type, wide)), wide, type);
            case ABS -> cast(op("Abs", wide, cast(x, type, wide)), wide, type);
            case SIGN -> cast(op("Sign", wide, cast(x, type, wide)), wide, type);
            case SQUARE -> cast(op("Square", wide, cast(x, type, wide)), wide, type);
            case RELU -> cast(op("Maximum", wide, cast(x, type, wide), out.scalar(wide, 0)), wide, type);
            case BITWISE_NOT -> op("Invert", type, x);
            case FLOOR, CEIL, ROUND, TRUNCATE -> x;
            case IS_NAN, IS_INFINITE -> op("NotEqual", type, x, x);
            case IS_FINITE -> op("Equal", type, x, x);
            default -> throw unsupported(n, f + " of " + type.kerasName());
        };
    }

    private String binary(Node n, BinaryFunction f, String a, String b, DType type) {
        if (type == DType.BOOL) return binaryOfBools(n, f, a, b);
        if (type == DType.STRING) {
            return switch (f) {
                case EQUAL -> op("Equal", type, a, b);
                case NOT_EQUAL -> op("NotEqual", type, a, b);
                default -> throw unsupported(n, f + " of text");
            };
        }
        DType wide = common(type);
        String x = cast(a, type, wide), y = cast(b, type, wide);
        return switch (f) {
            case EQUAL -> op("Equal", wide, x, y);
            case NOT_EQUAL -> op("NotEqual", wide, x, y);
            case LESS -> op("Less", wide, x, y);
            case LESS_EQUAL -> op("LessEqual", wide, x, y);
            case GREATER -> op("Greater", wide, x, y);
            case GREATER_EQUAL -> op("GreaterEqual", wide, x, y);
            default -> cast(arithmetic(n, f, x, y, wide), wide, type);
        };
    }

    private String arithmetic(Node n, BinaryFunction f, String x, String y, DType type) {
        boolean floating = type.isFloating();
        return switch (f) {
            case ADD -> op("AddV2", type, x, y);
            case SUBTRACT -> op("Sub", type, x, y);
            case MULTIPLY -> op("Mul", type, x, y);
            case DIVIDE -> floating ? op("RealDiv", type, x, y) : guarded("TruncateDiv", x, y, type);
            case FLOOR_DIVIDE -> floating ? op("FloorDiv", type, x, y) : guarded("FloorDiv", x, y, type);
            case MODULO -> floating ? op("FloorMod", type, x, y) : guarded("FloorMod", x, y, type);
            case POWER -> op("Pow", type, x, y);
            case MAXIMUM -> op("Maximum", type, x, y);
            case MINIMUM -> op("Minimum", type, x, y);
            case ATAN2 -> op("Atan2", type, x, y);
            case BITWISE_AND -> op("BitwiseAnd", type, x, y);
            case BITWISE_OR -> op("BitwiseOr", type, x, y);
            case BITWISE_XOR -> op("BitwiseXor", type, x, y);
            case SHIFT_LEFT -> op("LeftShift", type, x, y);
            case SHIFT_RIGHT -> op("RightShift", type, x, y);
            default -> throw unsupported(n, f + " of " + type.kerasName());
        };
    }

    /** A quotient that is 0 where the divisor is. */
    private String guarded(String quotient, String x, String divisor, DType type) {
        String zero = out.scalar(type, 0), none = op("Equal", type, divisor, zero);
        String y = op(quotient, type, x, select(none, out.scalar(type, 1), divisor, type));
        return select(none, zero, y, type);
    }

    private String binaryOfBools(Node n, BinaryFunction f, String a, String b) {
        return switch (f) {
            case AND, BITWISE_AND, MULTIPLY, MINIMUM -> plain("LogicalAnd", a, b);
            case OR, BITWISE_OR, MAXIMUM, ADD -> plain("LogicalOr", a, b);
            case XOR, BITWISE_XOR, NOT_EQUAL -> op("NotEqual", DType.BOOL, a, b);
            case EQUAL -> op("Equal", DType.BOOL, a, b);
            case LESS -> plain("LogicalAnd", plain("LogicalNot", a), b);
            case LESS_EQUAL -> plain("LogicalOr", plain("LogicalNot", a), b);
            case GREATER -> plain("LogicalAnd", a, plain("LogicalNot", b));
            case GREATER_EQUAL -> plain("LogicalOr", a, plain("LogicalNot", b));
            default -> throw unsupported(n, f + " of bools");
        };
    }

    // Movement

    private String movement(Node n, Op.Movement m) {
        DType type = n.output(0).dtype();
        return switch (m) {
            case Op.Reshape r -> {
                List<Length> to = graph.shape(n.output(0));
                long open = to.stream().filter(l -> !l.isFixed()).count();
                boolean empty = to.contains(new Length.Fixed(0));
                String shape = open == 1 && !empty
                        ? out.ints(to.stream()
                                .mapToInt(l -> l instanceof Length.Fixed f ? (int) f.value() : -1)
                                .toArray())
                        : vector(to);
                yield reshape(input(n, 0), type, shape);
            }
            case Op.Transpose t -> transpose(input(n, 0), type, t.permutation());
            case Op.Broadcast b ->
                out.node(
                        "BroadcastTo",
                        List.of(input(n, 0), vector(graph.shape(n.output(0)))),
                        type("T", type),
                        type("Tidx", DType.INT32));
            case Op.Slice s -> slice(n, s);
            case Op.Pad p -> pad(n, p);
            case Op.Concat c -> concat(n.inputs().stream().map(this::get).toList(), type, c.axis());
            case Op.Reverse r ->
                out.node(
                        "ReverseV2",
                        List.of(input(n, 0), out.ints(r.axes())),
                        type("T", type),
                        type("Tidx", DType.INT32));
        };
    }

    private String slice(Node n, Op.Slice s) {
        int rank = n.input(0).rank();
        List<Length> starts = new ArrayList<>(), ends = new ArrayList<>();
        int endMask = 0;
        for (int i = 0; i < rank; i++) {
            int a = i, stride = s.strides().get(i);
            Function<Node, Op.Slice> at = m -> (Op.Slice) m.op();
            starts.add(graph.length(n, m -> at.apply(m).starts().get(a)));
            boolean toEnd = graph.always(
                    n,
                    m -> at.apply(m).starts().get(a)
                                    + (long) at.apply(m).sizes().dim(a) * stride
                            >= m.input(0).shape().dim(a));
            if (toEnd) {
                endMask |= 1 << i;
                ends.add(new Length.Fixed(0));
            } else {
                ends.add(graph.length(
                        n,
                        m -> at.apply(m).starts().get(a)
                                + Math.max(0, (at.apply(m).sizes().dim(a) - 1L) * stride + 1)));
            }
        }
        return out.node(
                "StridedSlice",
                List.of(input(n, 0), vector(starts), vector(ends), out.ints(s.strides())),
                type("T", n.input(0).dtype()),
                type("Index", DType.INT32),
                attr("end_mask", endMask));
    }

    /** The elements {@code [from, to)} of each axis; -1 as {@code to}: up to the end. */
    String box(String x, DType type, List<Integer> from, List<Integer> to) {
        int endMask = 0;
        for (int i = 0; i < to.size(); i++) if (to.get(i) == -1) endMask |= 1 << i;
        return out.node(
                "StridedSlice",
                List.of(x, out.ints(from), out.ints(to), out.ints(Collections.nCopies(from.size(), 1))),
                type("T", type),
                type("Index", DType.INT32),
                attr("end_mask", endMask));
    }

    private String pad(Node n, Op.Pad p) {
        DType type = n.input(0).dtype();
        if (type == DType.STRING) throw unsupported(n, "pads text");
        String y = input(n, 0);
        int rank = p.low().size();
        for (int a = 0; a < rank; a++)
            if (p.interior().get(a) > 0)
                y = spread(y, type, rank, a, p.interior().get(a), p.value());
        List<Length> low = graph.lengths(n, m -> ((Op.Pad) m.op()).low());
        List<Length> high = graph.lengths(n, m -> ((Op.Pad) m.op()).high());
        boolean cuts = graph.isFixed(n, m -> List.of(((Op.Pad) m.op()).low(), ((Op.Pad) m.op()).high()))
                && (p.low().stream().anyMatch(i -> i < 0) || p.high().stream().anyMatch(i -> i < 0));
        if (cuts) {
            List<Integer> from = new ArrayList<>(), to = new ArrayList<>();
            int endMask = 0;
            for (int a = 0; a < rank; a++) {
                from.add(Math.max(0, -p.low().get(a)));
                to.add(Math.min(0, p.high().get(a)));
                if (p.high().get(a) >= 0) endMask |= 1 << a;
                low.set(a, new Length.Fixed(Math.max(0, p.low().get(a))));
                high.set(a, new Length.Fixed(Math.max(0, p.high().get(a))));
            }
            y = out.node(
                    "StridedSlice",
                    List.of(y, out.ints(from), out.ints(to), out.ints(Collections.nCopies(rank, 1))),
                    type("T", type),
                    type("Index", DType.INT32),
                    attr("end_mask", endMask));
        }
        Length none = new Length.Fixed(0);
        if (low.stream().allMatch(none::equals) && high.stream().allMatch(none::equals)) return y;
        List<Length> pairs = new ArrayList<>();
        for (int a = 0; a < rank; a++) {
            pairs.add(low.get(a));
            pairs.add(high.get(a));
        }
        return padded(y, type, reshape(vector(pairs), DType.INT32, out.ints(rank, 2)), p.value());
    }

    private String padded(String x, DType type, String paddings, double value) {
        return out.node(
                "PadV2",
                List.of(x, paddings, out.scalar(type, value)),
                type("T", type),
                type("Tpaddings", DType.INT32));
    }

    /** Zeros, or copies of a value, before and after the spatial axes of (batch, spatial…, channels). */
    private String paddedSpatially(String x, DType type, List<Length> low, List<Length> high, double value) {
        List<Length> pairs = new ArrayList<>(List.of(new Length.Fixed(0), new Length.Fixed(0)));
        for (int i = 0; i < low.size(); i++) {
            pairs.add(low.get(i));
            pairs.add(high.get(i));
        }
        pairs.add(new Length.Fixed(0));
        pairs.add(new Length.Fixed(0));
        return padded(x, type, reshape(vector(pairs), DType.INT32, out.ints(low.size() + 2, 2)), value);
    }

    /** Puts copies of a value between the elements of an axis: pads each to a row of its own, and drops the last's. */
    private String spread(String x, DType type, int rank, int axis, int by, double value) {
        int[] pads = new int[2 * (rank + 1)], wider = new int[rank];
        pads[2 * (axis + 1) + 1] = by;
        Arrays.fill(wider, 1);
        wider[axis] = by + 1;
        String rows = padded(
                expand(x, type, axis + 1), type, reshape(out.ints(pads), DType.INT32, out.ints(rank + 1, 2)), value);
        String shape = out.node("Shape", List.of(x), type("T", type), type("out_type", DType.INT32));
        String joined = reshape(rows, type, op("Mul", DType.INT32, shape, out.ints(wider)));
        int[] to = new int[rank];
        to[axis] = -by;
        return out.node(
                "StridedSlice",
                List.of(joined, out.ints(new int[rank]), out.ints(to), out.ints(Collections.nCopies(rank, 1))),
                type("T", type),
                type("Index", DType.INT32),
                attr("end_mask", ((1 << rank) - 1) & ~(1 << axis)));
    }

    // Reduction

    private String reduction(Node n, Op.Reduction r) {
        DType type = n.input(0).dtype();
        return switch (r) {
            case Op.Reduce f -> fold(f.function(), input(n, 0), type, f.axes(), f.keepDims());
            case Op.ArgReduce a -> {
                DType held = type == DType.BOOL ? DType.INT32 : type;
                yield out.node(
                        a.max() ? "ArgMax" : "ArgMin",
                        List.of(cast(input(n, 0), type, held), out.scalar(DType.INT32, a.axis())),
                        type("T", held),
                        type("Tidx", DType.INT32),
                        type("output_type", DType.INT32));
            }
            case Op.Cumulative c -> cumulative(n, c);
            case Op.ArgSort s -> argSort(n, s);
        };
    }

    private String fold(ReduceFunction f, String x, DType type, List<Integer> axes, boolean keepDims) {
        String by = out.ints(axes);
        Attr keep = attr("keep_dims", keepDims), index = type("Tidx", DType.INT32);
        if (f == ReduceFunction.ANY || f == ReduceFunction.ALL || type == DType.BOOL) {
            boolean any = f == ReduceFunction.ANY || f == ReduceFunction.MAX || f == ReduceFunction.SUM;
            String held = type == DType.BOOL ? x : op("NotEqual", type, x, out.scalar(type, 0));
            return cast(out.node(any ? "Any" : "All", List.of(held, by), keep, index), DType.BOOL, type);
        }
        DType held = common(type);
        String name = switch (f) {
            case SUM -> "Sum";
            case PRODUCT -> "Prod";
            case MAX -> "Max";
            default -> "Min";
        };
        return cast(out.node(name, List.of(cast(x, type, held), by), type("T", held), keep, index), held, type);
    }

    private String cumulative(Node n, Op.Cumulative c) {
        DType type = n.input(0).dtype(), held = common(type);
        String x = cast(input(n, 0), type, held);
        if (c.function() == ReduceFunction.SUM || c.function() == ReduceFunction.PRODUCT) {
            String y = out.node(
                    c.function() == ReduceFunction.SUM ? "Cumsum" : "Cumprod",
                    List.of(x, out.scalar(DType.INT32, c.axis())),
                    type("T", held),
                    type("Tidx", DType.INT32),
                    attr("exclusive", c.exclusive()),
                    attr("reverse", c.reverse()));
            return cast(y, held, type);
        }
        // Each element is a fold over the ones before it: (…, 1, n) where a mask (n, n) holds, folded over the last
        // axis.
        int rank = n.input(0).rank();
        List<Integer> last = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
        last.remove(Integer.valueOf(c.axis()));
        last.add(c.axis());
        String places = range(length(graph.shape(n.input(0)).get(c.axis())));
        String rows = expand(places, DType.INT32, 1), columns = expand(places, DType.INT32, 0);
        String name = (c.reverse() ? "Greater" : "Less") + (c.exclusive() ? "" : "Equal");
        String mask = op(name, DType.INT32, columns, rows);
        boolean max = c.function() == ReduceFunction.MAX;
        double least =
                held.isFloating() ? Double.NEGATIVE_INFINITY : held == DType.INT32 ? Integer.MIN_VALUE : Long.MIN_VALUE;
        double most =
                held.isFloating() ? Double.POSITIVE_INFINITY : held == DType.INT32 ? Integer.MAX_VALUE : Long.MAX_VALUE;
        String moved = expand(transpose(x, held, last), held, rank - 1);
        String masked = select(mask, moved, out.scalar(held, max ? least : most), held);
        String folded = fold(c.function(), masked, held, List.of(rank), false);
        List<Integer> back = new ArrayList<>(Collections.nCopies(rank, 0));
        for (int i = 0; i < rank; i++) back.set(last.get(i), i);
        return cast(transpose(folded, held, back), held, type);
    }

    /** By TopKV2, which puts the greater first and keeps the order of equals: for the lesser first, of the opposites. */
    private String argSort(Node n, Op.ArgSort s) {
        DType type = n.input(0).dtype(), held = type == DType.BOOL ? DType.INT32 : common(type);
        int rank = n.input(0).rank();
        List<Integer> p = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
        Collections.swap(p, s.axis(), rank - 1);
        boolean last = s.axis() == rank - 1;
        String x = cast(input(n, 0), type, held);
        if (!s.descending()) x = op(held.isFloating() ? "Neg" : "Invert", held, x);
        if (!last) x = transpose(x, held, p);
        String k = length(graph.shape(n.input(0)).get(s.axis()));
        String y = out.nodes("TopKV2", 2, List.of(x, k), type("T", held), attr("sorted", true))
                .get(1);
        return last ? y : transpose(y, DType.INT32, p);
    }

    // Contraction

    private String contraction(Node n, Op.Contraction c) {
        return switch (c) {
            case Op.MatMul m -> matMul(n, m);
            case Op.Conv v -> conv(n, v);
            case Op.ConvInputGradient v -> inputGradient(n, v);
            case Op.ConvKernelGradient v -> kernelGradient(n, v);
            case Op.Pool p -> pool(n, p);
            case Op.PoolGradient p -> poolGradient(n, p);
        };
    }

    private String matMul(Node n, Op.MatMul m) {
        DType type = n.input(0).dtype(), held = common(type);
        Value a = n.input(0), b = n.input(1);
        String x = cast(get(a), type, held), y = cast(get(b), type, held);
        if (a.rank() == 2 && b.rank() == 2) {
            return cast(
                    out.node(
                            "MatMul",
                            List.of(x, y),
                            type("T", held),
                            attr("transpose_a", m.transposeA()),
                            attr("transpose_b", m.transposeB())),
                    held,
                    type);
        }
        if (b.rank() == 2 && !m.transposeA() && a.shape().last() > 0) { // all rows are one matrix
            String rows = reshape(x, held, out.ints(-1, a.shape().last()));
            String product = out.node("MatMul", List.of(rows, y), type("T", held), attr("transpose_b", m.transposeB()));
            return cast(reshape(product, held, vector(graph.shape(n.output(0)))), held, type);
        }
        return cast(
                out.node(
                        "BatchMatMulV2",
                        List.of(x, y),
                        type("T", held),
                        attr("adj_x", m.transposeA()),
                        attr("adj_y", m.transposeB())),
                held,
                type);
    }

    /** A convolution as TensorFlow has them: over two or three spatial axes; one axis becomes two. */
    private final class Conv {
        final Node node;
        final DType type;
        final int spatial;
        final boolean one;
        final Function<Node, Op.Window> window;
        final Op.Window own;

        Conv(Node node, int rank, Function<Node, Op.Window> window) {
            this.node = node;
            this.type = node.output(0).dtype();
            this.spatial = rank - 2;
            this.one = spatial == 1;
            this.window = window;
            this.own = window.apply(node);
        }

        String dims() {
            return spatial == 3 ? "3D" : "2D";
        }

        String wide(String x) {
            return one ? expand(x, type, 1) : x;
        }

        String wideKernel(String k) {
            return one ? expand(k, type, 0) : k;
        }

        String narrow(String x) {
            return one ? squeeze(x, type, 1) : x;
        }

        /** One entry for each of TensorFlow's axes. */
        List<Integer> entries(List<Integer> each) {
            List<Integer> r = new ArrayList<>(List.of(1));
            if (one) r.add(1);
            r.addAll(each);
            r.add(1);
            return r;
        }

        List<Length> low() {
            return graph.lengths(node, m -> window.apply(m).low());
        }

        List<Length> high() {
            return graph.lengths(node, m -> window.apply(m).high());
        }

        boolean isValid() {
            return graph.always(
                    node,
                    m -> window.apply(m).low().stream().allMatch(i -> i == 0)
                            && window.apply(m).high().stream().allMatch(i -> i == 0));
        }

        /** Whether the padding is what TensorFlow calls SAME, for windows of these sizes over an input of this shape. */
        boolean isSame(Function<Node, List<Integer>> sizes, Function<Node, Shape> input) {
            return graph.always(node, m -> {
                Op.Window w = window.apply(m);
                for (int i = 0; i < spatial; i++) {
                    int length = input.apply(m).dim(i + 1), stride = w.strides().get(i);
                    int span = (sizes.apply(m).get(i) - 1) * w.dilations().get(i) + 1;
                    int all = Math.max(0, ((length + stride - 1) / stride - 1) * stride + span - length);
                    if (w.low().get(i) != all / 2 || w.high().get(i) != all - all / 2) return false;
                }
                return true;
            });
        }

        boolean isDilated() {
            return own.dilations().stream().anyMatch(d -> d != 1);
        }

        /** A kernel with zeros between its elements, for kernels that do not skip. */
        String dilated(String kernel) {
            String k = kernel;
            for (int i = 0; i < spatial; i++) {
                int d = own.dilations().get(i);
                if (d > 1) k = spread(k, type, spatial + 2, i, d - 1, 0);
            }
            return k;
        }

        /** The attributes of padding that is fixed, nothing or SAME. */
        List<Attr> padding(boolean same) {
            if (isValid()) return List.of(attr("padding", "VALID"));
            if (same) return List.of(attr("padding", "SAME"));
            List<Integer> pads = new ArrayList<>(List.of(0, 0));
            if (one) pads.addAll(List.of(0, 0));
            for (int i = 0; i < spatial; i++) {
                pads.add(own.low().get(i));
                pads.add(own.high().get(i));
            }
            pads.addAll(List.of(0, 0));
            return List.of(attr("padding", "EXPLICIT"), attr("explicit_paddings", pads));
        }

        boolean isFixed() {
            return graph.isFixed(
                    node, m -> List.of(window.apply(m).low(), window.apply(m).high()));
        }
    }

    private static List<Integer> sizes(Value kernel) {
        return kernel.shape().slice(0, kernel.rank() - 2).toList();
    }

    private String conv(Node n, Op.Conv c) {
        Conv v = new Conv(n, n.input(0).rank(), m -> ((Op.Conv) m.op()).window());
        if (!v.type.isFloating()) throw unsupported(n, "convolves " + v.type.kerasName());
        boolean same = v.isSame(m -> sizes(m.input(1)), m -> m.input(0).shape());
        String x = input(n, 0), k = input(n, 1);
        boolean explicit = v.spatial < 3 && v.isFixed();
        if (!v.isValid() && !same && !explicit) x = paddedSpatially(x, v.type, v.low(), v.high(), 0);
        List<Attr> attributes =
                new ArrayList<>(same || explicit || v.isValid() ? v.padding(same) : List.of(attr("padding", "VALID")));
        attributes.add(type("T", v.type));
        attributes.add(attr("strides", v.entries(c.window().strides())));
        int in = n.input(0).shape().last();
        Shape shape = n.input(1).shape();
        List<Integer> strides = c.window().strides();
        boolean depthwise = c.groups() == in
                && shape.dim(-2) == 1
                && v.spatial < 3
                && in > 1
                && !v.isDilated()
                && (v.spatial == 2 ? strides.get(0).equals(strides.get(1)) : strides.get(0) == 1);
        if (depthwise) {
            List<Integer> d = new ArrayList<>(shape.slice(0, v.spatial).toList());
            if (v.one) d.add(0, 1);
            d.addAll(List.of(in, shape.last() / in));
            return v.narrow(out.node(
                    "DepthwiseConv2dNative",
                    List.of(v.wide(x), reshape(k, v.type, out.ints(d))),
                    attributes.toArray(Attr[]::new)));
        }
        if (v.spatial == 3) k = v.dilated(k); // no kernel on the processor skips
        else attributes.add(attr("dilations", v.entries(c.window().dilations())));
        Attr[] all = attributes.toArray(Attr[]::new);
        String wide = v.wide(x), kernel = v.wideKernel(k);
        return v.narrow(grouped(
                v,
                c.groups(),
                List.of(wide, kernel),
                List.of(-1, -1),
                -1,
                parts -> out.node("Conv" + v.dims(), parts, all)));
    }

    /** One operation for each group of channels, on parts of its inputs along an axis each (counted from the end; 0: not parted). */
    private String grouped(
            Conv v,
            int groups,
            List<String> inputs,
            List<Integer> axes,
            int outAxis,
            Function<List<String>, String> op) {
        if (groups == 1) return op.apply(inputs);
        List<List<String>> parts = new ArrayList<>();
        int rank = v.one ? 4 : v.spatial + 2;
        for (int i = 0; i < inputs.size(); i++) {
            parts.add(
                    axes.get(i) == 0
                            ? Collections.nCopies(groups, inputs.get(i))
                            : out.nodes(
                                    "Split",
                                    groups,
                                    List.of(out.scalar(DType.INT32, rank + axes.get(i)), inputs.get(i)),
                                    type("T", v.type),
                                    attr("num_split", groups)));
        }
        List<String> results = new ArrayList<>();
        for (int g = 0; g < groups; g++) {
            int group = g;
            results.add(op.apply(parts.stream().map(p -> p.get(group)).toList()));
        }
        return concat(results, v.type, rank + outAxis);
    }

    /** Gradients are taken of a convolution without padding, over the padded input. */
    private String inputGradient(Node n, Op.ConvInputGradient c) {
        Conv v = new Conv(n, n.input(1).rank(), m -> ((Op.ConvInputGradient) m.op()).window());
        List<Length> low = v.low(), shape = new ArrayList<>(), begin = new ArrayList<>(), size = new ArrayList<>();
        boolean whole = v.isValid();
        for (int i = 0; i < v.spatial + 2; i++) {
            int a = i;
            boolean inside = i > 0 && i <= v.spatial;
            shape.add(graph.length(n, m -> {
                Op.ConvInputGradient g = (Op.ConvInputGradient) m.op();
                int length = a == v.spatial + 1
                        ? g.inputShape().last() / g.groups()
                        : g.inputShape().dim(a);
                return inside
                        ? length
                                + g.window().low().get(a - 1)
                                + g.window().high().get(a - 1)
                        : length;
            }));
            begin.add(inside ? low.get(i - 1) : new Length.Fixed(0));
            size.add(graph.length(
                    n, m -> ((Op.ConvInputGradient) m.op()).inputShape().dim(a)));
        }
        if (v.one) shape.add(1, new Length.Fixed(1));
        String sizes = vector(shape), dy = v.wide(input(n, 0));
        String kernel = v.wideKernel(v.dilated(input(n, 1)));
        String y = v.narrow(grouped(
                v,
                c.groups(),
                List.of(sizes, kernel, dy),
                List.of(0, -1, -1),
                -1,
                in -> out.node(
                        v.spatial == 3 ? "Conv3DBackpropInputV2" : "Conv2DBackpropInput",
                        in,
                        type("T", v.type),
                        attr("padding", "VALID"),
                        attr("strides", v.entries(c.window().strides())))));
        if (whole) return y;
        return out.node(
                "Slice", List.of(y, vector(begin), vector(size)), type("T", v.type), type("Index", DType.INT32));
    }

    private String kernelGradient(Node n, Op.ConvKernelGradient c) {
        Conv v = new Conv(n, n.input(0).rank(), m -> ((Op.ConvKernelGradient) m.op()).window());
        String x = input(n, 0);
        if (!v.isValid()) x = paddedSpatially(x, v.type, v.low(), v.high(), 0);
        // Rows and columns that no window reaches are not part of a convolution without padding as TensorFlow counts
        // them: it takes them.
        Shape k = c.kernelShape();
        List<Integer> d = new ArrayList<>();
        if (v.one) d.add(1);
        for (int i = 0; i < v.spatial; i++)
            d.add((k.dim(i) - 1) * c.window().dilations().get(i) + 1);
        d.add(k.dim(-2));
        d.add(k.last() / c.groups());
        String y = grouped(
                v,
                c.groups(),
                List.of(v.wide(x), out.ints(d), v.wide(input(n, 1))),
                List.of(-1, 0, -1),
                -1,
                in -> out.node(
                        v.spatial == 3 ? "Conv3DBackpropFilterV2" : "Conv2DBackpropFilter",
                        in,
                        type("T", v.type),
                        attr("padding", "VALID"),
                        attr("strides", v.entries(c.window().strides()))));
        if (v.one) y = squeeze(y, v.type, 0);
        if (!v.isDilated()) return y;
        List<Integer> steps = new ArrayList<>(c.window().dilations());
        steps.addAll(List.of(1, 1));
        int rank = steps.size();
        return out.node(
                "StridedSlice",
                List.of(y, out.ints(new int[rank]), out.ints(new int[rank]), out.ints(steps)),
                type("T", v.type),
                type("Index", DType.INT32),
                attr("end_mask", (1 << rank) - 1));
    }

    private List<Integer> poolEntries(Conv v, List<Integer> each) {
        return v.entries(each);
    }

    private String pool(Node n, Op.Pool p) {
        Conv v = new Conv(n, n.input(0).rank(), m -> ((Op.Pool) m.op()).window());
        if (v.isDilated()) throw unsupported(n, "pools with dilation");
        boolean same = v.isSame(m -> ((Op.Pool) m.op()).size(), m -> m.input(0).shape());
        String x = input(n, 0);
        if (v.isValid() || same) return pooled(v, p, x, same ? "SAME" : "VALID");
        if (p.max()) {
            double least = v.type.isFloating() ? Double.NEGATIVE_INFINITY : Integer.MIN_VALUE;
            return pooled(v, p, paddedSpatially(x, v.type, v.low(), v.high(), least), "VALID");
        }
        // The average with zeros around, over the part of each window that is inside.
        List<Length> shape = new ArrayList<>(graph.shape(n.input(0)));
        shape.set(0, new Length.Fixed(1));
        shape.set(shape.size() - 1, new Length.Fixed(1));
        String ones = paddedSpatially(fill(vector(shape), v.type, 1), v.type, v.low(), v.high(), 0);
        String sum = pooled(v, p, paddedSpatially(x, v.type, v.low(), v.high(), 0), "VALID");
        return op("RealDiv", v.type, sum, pooled(v, p, ones, "VALID"));
    }

    private String pooled(Conv v, Op.Pool p, String x, String padding) {
        boolean three = v.spatial == 3;
        DType held = v.type.isFloating() ? v.type : DType.FLOAT32;
        String y = out.node(
                (p.max() ? "MaxPool" : "AvgPool") + (three ? "3D" : ""),
                List.of(cast(v.wide(x), v.type, held)),
                type("T", held),
                attr("ksize", poolEntries(v, p.size())),
                attr("strides", poolEntries(v, p.window().strides())),
                attr("padding", padding));
        return v.narrow(cast(y, held, v.type));
    }

    private String poolGradient(Node n, Op.PoolGradient p) {
        Conv v = new Conv(n, n.input(0).rank(), m -> ((Op.PoolGradient) m.op()).window());
        if (v.isDilated()) throw unsupported(n, "pools with dilation");
        boolean same =
                v.isSame(m -> ((Op.PoolGradient) m.op()).size(), m -> m.input(0).shape());
        if (!v.isValid() && !same) throw unsupported(n, "takes the gradient of a pooling with unusual padding");
        String padding = same ? "SAME" : "VALID";
        String dims = v.spatial == 3 ? "3D" : "";
        Attr[] attributes = {
            type("T", v.type),
            attr("ksize", v.entries(p.size())),
            attr("strides", v.entries(p.window().strides())),
            attr("padding", padding)
        };
        String x = v.wide(input(n, 0)), dy = v.wide(input(n, 1));
        if (!p.max()) {
            String shape = out.node("Shape", List.of(x), type("T", v.type), type("out_type", DType.INT32));
            return v.narrow(out.node("AvgPool" + dims + "Grad", List.of(shape, dy), attributes));
        }
        String y = out.node("MaxPool" + dims, List.of(x), attributes);
        Attr[] more = attributes;
        if (v.spatial == 3) {
            more = Arrays.copyOf(attributes, attributes.length + 1);
            more[attributes.length] = type("TInput", v.type);
        }
        return v.narrow(out.node("MaxPool" + dims + "Grad", List.of(x, y, dy), more));
    }

    // Indexing

    private String indexing(Node n, Op.Indexing i) {
        return switch (i) {
            case Op.Gather g -> {
                DType at = n.input(1).dtype(), held = at == DType.INT64 || at == DType.INT32 ? at : DType.INT64;
                yield gather(
                        input(n, 0), n.input(0).dtype(), cast(input(n, 1), at, held), held, g.axis(), g.batchDims());
            }
            case Op.ScatterAdd s -> {
                DType at = n.input(0).dtype(), type = n.output(0).dtype(), held = common(type);
                String rows = expand(
                        cast(input(n, 0), at, DType.INT32),
                        DType.INT32,
                        n.input(0).rank());
                String y = out.node(
                        "ScatterNd",
                        List.of(rows, cast(input(n, 1), type, held), vector(graph.shape(n.output(0)))),
                        type("T", held),
                        type("Tindices", DType.INT32));
                yield cast(y, held, type);
            }
        };
    }

    // Leaves

    private String leaf(Node n, Op.Leaf l) {
        return switch (l) {
            case Op.Iota i -> {
                TensorType type = i.type();
                List<Length> shape = graph.shape(n.output(0));
                int[] d = new int[type.shape().rank()];
                Arrays.fill(d, 1);
                d[i.axis()] = -1;
                String row = cast(range(length(shape.get(i.axis()))), DType.INT32, type.dtype());
                yield out.node(
                        "BroadcastTo",
                        List.of(reshape(row, type.dtype(), out.ints(d)), vector(shape)),
                        type("T", type.dtype()),
                        type("Tidx", DType.INT32));
            }
            case Op.Constant c -> {
                if (graph.isFixed(n, m -> ((Op.Constant) m.op()).tensor()))
                    yield out.constant(n.origin().isEmpty() ? "constant" : n.origin() + "/constant", c.tensor());
                DType type = c.tensor().dtype();
                String number = length(graph.length(n, m -> whole(n, ((Op.Constant) m.op()).tensor())));
                int[] ones = new int[c.tensor().shape().rank()];
                Arrays.fill(ones, 1);
                yield reshape(cast(number, DType.INT32, type), type, out.ints(ones));
            }
            case Op.Variable v -> {
                if (around != null)
                    yield out.capture(around.variable(n, v), type(v.type().dtype()));
                yield variables.apply(v);
            }
            case Op.Random r ->
                out.node(
                        r.normal() ? "StatelessRandomNormal" : "StatelessRandomUniform",
                        List.of(vector(graph.shape(n.output(0))), input(n, 0)),
                        type("dtype", r.type().dtype()),
                        type("T", DType.INT32),
                        type("Tseed", DType.INT64));
            case Op.Parameter p -> throw new IllegalStateException("a parameter that is not bound: " + p);
        };
    }

    /** A weight that an inner function asks for. */
    private String variable(Node n, Op.Variable v) {
        String known = names.get(n.output(0));
        if (known != null) return known;
        String made = around != null
                ? out.capture(around.variable(n, v), type(v.type().dtype()))
                : variables.apply(v);
        names.put(n.output(0), made);
        return made;
    }

    private long whole(Node n, Tensor t) {
        double x = t.item();
        if (x != Math.rint(x)) throw unsupported(n, "computes with a number that follows from the input's lengths");
        return (long) x;
    }

    // Control

    private TfNodes inner() {
        return new TfNodes(out.inner(), graph, folding, variables, problems, this);
    }

    private List<DataType> dataTypes(List<Value> values) {
        return values.stream().map(v -> type(v.dtype())).toList();
    }

    private void control(Node n, Op.Control c) {
        switch (c) {
            case Op.Scan s -> scan(n, s);
            case Op.While w -> {
                TfNodes body = inner(), condition = inner();
                List<Arg> arguments = parameters(body, w.body().parameters());
                List<Arg> again = parameters(condition, w.condition().parameters());
                List<String> next = body.add(w.body()), goesOn = condition.add(w.condition());
                List<DataType> types = dataTypes(w.body().parameters());
                results(n, loop(body, arguments, next, condition, again, goesOn.get(0), types, inputs(n)));
            }
            case Op.If i -> branches(n, i);
        }
    }

    private List<String> inputs(Node n) {
        return n.inputs().stream().map(this::get).toList();
    }

    private void results(Node n, List<String> made) {
        for (int i = 0; i < n.types().size(); i++) names.put(n.output(i), made.get(i));
    }

    private List<Arg> parameters(TfNodes inner, List<Value> parameters) {
        List<Arg> r = new ArrayList<>();
        for (Value p : parameters) {
            Arg a = new Arg(out.name("arg"), type(p.dtype()));
            inner.bind(p, a.name());
            r.add(a);
        }
        return r;
    }

    /** A While whose functions take, behind the carries, all that either takes from around. */
    private List<String> loop(
            TfNodes body,
            List<Arg> bodyArguments,
            List<String> next,
            TfNodes condition,
            List<Arg> conditionArguments,
            String goesOn,
            List<DataType> types,
            List<String> start) {
        List<TfGraph.Capture> fromBody = List.copyOf(body.out.captures.values());
        List<TfGraph.Capture> fromCondition = List.copyOf(condition.out.captures.values());
        List<Arg> b = new ArrayList<>(bodyArguments), c = new ArrayList<>(conditionArguments);
        List<String> returned = new ArrayList<>(next), in = new ArrayList<>(start);
        List<DataType> all = new ArrayList<>(types);
        for (TfGraph.Capture k : fromBody) {
            b.add(new Arg(k.inner(), k.type()));
            c.add(new Arg(out.name("unused"), k.type()));
            returned.add(k.inner());
            in.add(k.outer());
            all.add(k.type());
        }
        for (TfGraph.Capture k : fromCondition) {
            String unused = out.name("unused");
            c.add(new Arg(k.inner(), k.type()));
            b.add(new Arg(unused, k.type()));
            returned.add(unused);
            in.add(k.outer());
            all.add(k.type());
        }
        List<Arg> results = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) results.add(new Arg("result_" + i, all.get(i)));
        String step = body.out.define("while_body", b, results, returned, false);
        String test = condition.out.define(
                "while_cond", c, List.of(new Arg("goes_on", DataType.DT_BOOL)), List.of(goesOn), false);
        return out.nodes(
                "StatelessWhile",
                all.size(),
                in,
                TfGraph.types("T", all),
                TfGraph.calls("body", step),
                TfGraph.calls("cond", test),
                new Attr(
                        "output_shapes",
                        AttrValue.newBuilder()
                                .setList(AttrValue.ListValue.getDefaultInstance())
                                .build()),
                attr("parallel_iterations", 1),
                attr("_lower_using_switch_merge", true));
    }

    private void branches(Node n, Op.If op) {
        TfNodes then = inner(), otherwise = inner();
        List<Arg> a = parameters(then, op.then().parameters()),
                b = parameters(otherwise, op.otherwise().parameters());
        List<String> x = then.add(op.then()), y = otherwise.add(op.otherwise());
        List<Arg> first = new ArrayList<>(a), second = new ArrayList<>(b);
        List<String> in = new ArrayList<>(inputs(n));
        for (TfGraph.Capture k : then.out.captures.values()) {
            first.add(new Arg(k.inner(), k.type()));
            second.add(new Arg(out.name("unused"), k.type()));
            in.add(k.outer());
        }
        for (TfGraph.Capture k : otherwise.out.captures.values()) {
            first.add(new Arg(out.name("unused"), k.type()));
            second.add(new Arg(k.inner(), k.type()));
            in.add(k.outer());
        }
        List<Arg> results = new ArrayList<>();
        for (int i = 0; i < n.types().size(); i++)
            results.add(new Arg("result_" + i, type(n.types().get(i).dtype())));
        String f = then.out.define("if_true", first, results, x, false);
        String g = otherwise.out.define("if_false", second, results, y, false);
        results(
                n,
                out.nodes(
                        "StatelessIf",
                        n.types().size(),
                        in,
                        type("Tcond", DataType.DT_BOOL),
                        TfGraph.types("Tin", first.stream().map(Arg::type).toList()),
                        TfGraph.types("Tout", results.stream().map(Arg::type).toList()),
                        TfGraph.calls("then_branch", f),
                        TfGraph.calls("else_branch", g),
                        attr("_lower_using_switch_merge", true),
                        new Attr(
                                "output_shapes",
                                AttrValue.newBuilder()
                                        .setList(AttrValue.ListValue.getDefaultInstance())
                                        .build())));
    }

    /**
     * A While over a counter: elements are gathered from the sequences, results collected in lists. The counter and how far it goes come first, where
     * TensorFlow's gradient of loops expects them (while_v2.py).
     */
    private void scan(Node n, Op.Scan s) {
        int carries = s.carries(), fixed = carries + s.sequences();
        int stacks = s.body().outputs().size() - carries;
        String count = length(graph.length(n, m -> ((Op.Scan) m.op()).length()));
        List<String> in = inputs(n);
        List<String> start = new ArrayList<>(List.of(out.scalar(DType.INT32, 0), count));
        List<DataType> types = new ArrayList<>(List.of(DataType.DT_INT32, DataType.DT_INT32));
        int first = types.size();
        for (int i = 0; i < carries; i++) {
            start.add(in.get(i));
            types.add(type(n.input(i).dtype()));
        }
        List<Value> stacked = s.body().outputs().subList(carries, carries + stacks);
        for (Value v : stacked) {
            start.add(out.node(
                    "TensorListReserve",
                    List.of(unknownShape(out, v.rank()), count),
                    type("element_dtype", v.dtype()),
                    type("shape_type", DType.INT32)));
            types.add(DataType.DT_VARIANT);
        }
        TfNodes body = inner();
        List<Arg> arguments = new ArrayList<>();
        for (DataType t : types) arguments.add(new Arg(out.name("arg"), t));
        String i = arguments.get(0).name(), end = arguments.get(1).name();
        String at = s.reverse()
                ? body.op("Sub", DType.INT32, body.op("Sub", DType.INT32, end, i), body.out.scalar(DType.INT32, 1))
                : i;
        List<Value> parameters = s.body().parameters();
        for (int k = 0; k < carries; k++)
            body.bind(parameters.get(k), arguments.get(first + k).name());
        for (int k = carries; k < fixed; k++) {
            DType type = n.input(k).dtype();
            String sequence = body.out.capture(in.get(k), type(type));
            body.bind(parameters.get(k), body.gather(sequence, type, at, DType.INT32, s.axis(), 0));
        }
        for (int k = fixed; k < parameters.size(); k++)
            body.bind(
                    parameters.get(k),
                    body.out.capture(in.get(k), type(n.input(k).dtype())));
        List<String> made = body.add(s.body()), next = new ArrayList<>();
        next.add(body.op("AddV2", DType.INT32, i, body.out.scalar(DType.INT32, 1)));
        next.add(end);
        next.addAll(made.subList(0, carries));
        for (int k = 0; k < stacks; k++) {
            next.add(body.out.node(
                    "TensorListSetItem",
                    List.of(arguments.get(first + carries + k).name(), at, made.get(carries + k)),
                    type("element_dtype", stacked.get(k).dtype())));
        }
        TfNodes condition = inner();
        List<Arg> again = types.stream().map(t -> new Arg(out.name("arg"), t)).toList();
        String goesOn = condition.op(
                "Less", DType.INT32, again.get(0).name(), again.get(1).name());
        List<String> done = loop(body, arguments, next, condition, again, goesOn, types, start);
        for (int k = 0; k < carries; k++) names.put(n.output(k), done.get(first + k));
        for (int k = 0; k < stacks; k++) {
            Value v = stacked.get(k);
            List<Length> element = new ArrayList<>(graph.shape(n.output(carries + k)));
            element.remove(s.axis());
            String y = out.node(
                    "TensorListStack",
                    List.of(done.get(first + carries + k), vector(element)),
                    type("element_dtype", v.dtype()),
                    attr("num_elements", -1));
            if (s.axis() > 0) {
                List<Integer> p = new ArrayList<>();
                for (int a = 1; a <= v.rank(); a++) p.add(a);
                p.add(s.axis(), 0);
                y = transpose(y, v.dtype(), p);
            }
            names.put(n.output(carries + k), y);
        }
    }

    private static String unknownShape(TfGraph g, int rank) {
        int[] d = new int[rank];
        Arrays.fill(d, -1);
        return g.ints(d);
    }
}
