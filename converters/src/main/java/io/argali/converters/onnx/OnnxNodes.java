package io.argali.converters.onnx;

import static io.argali.converters.onnx.OnnxGraph.attribute;

import io.argali.converters.UnsupportedModelException;
import io.argali.converters.export.DynamicGraph;
import io.argali.converters.export.Folding;
import io.argali.converters.export.Length;
import io.argali.loader.protobuf.onnx.AttributeProto;
import io.argali.loader.protobuf.onnx.ValueInfoProto;
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
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * The table of ONNX nodes for each operation. Convolutions are channels first in ONNX: a value that comes out of one keeps that order through
 * whatever does not care for it, so that a network of them is transposed at its ends only.
 */
final class OnnxNodes {
    final OnnxGraph out;
    private final DynamicGraph graph;
    private final Folding folding;
    private final List<String> problems;
    private final Map<Value, String> names = new HashMap<>();
    /** Names of values with their channels, the last axis, in second place. */
    private final Map<Value, String> channelsFirst = new HashMap<>();

    private final Map<Length, String> lengths;

    OnnxNodes(DynamicGraph graph, Folding folding) {
        this(new OnnxGraph(), graph, folding, new ArrayList<>(), new HashMap<>());
    }

    private OnnxNodes(
            OnnxGraph out, DynamicGraph graph, Folding folding, List<String> problems, Map<Length, String> lengths) {
        this.out = out;
        this.graph = graph;
        this.folding = folding;
        this.problems = problems;
        this.lengths = lengths;
    }

    /** What has no words in ONNX, so far. */
    List<String> problems() {
        return problems;
    }

    void bind(Value parameter, String name) {
        names.put(parameter, name);
    }

    void bind(Length.Symbol symbol, String input) {
        lengths.put(
                Length.Computed.of(symbol),
                out.node(
                        "Shape",
                        List.of(input),
                        attribute("start", symbol.axis()),
                        attribute("end", symbol.axis() + 1L)));
    }

    /** Adds the nodes of a graph whose parameters are bound, and gives the names of its outputs. */
    List<String> add(Graph g) {
        for (Node n : g.nodes()) {
            if (n.op() instanceof Op.Parameter) continue;
            if (folding.isConstant(n.output(0))) continue;
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

    // Values

    /** The name of a value, its axes in our order. */
    String get(Value v) {
        String name = names.get(v);
        if (name != null) return name;
        String first = channelsFirst.get(v);
        if (first != null) {
            int rank = v.rank();
            List<Integer> back = new ArrayList<>(List.of(0));
            for (int i = 2; i < rank; i++) back.add(i);
            back.add(1);
            name = out.node("Transpose", List.of(first), attribute("perm", back));
        } else if (folding.isConstant(v)) {
            name = constant(v.node(), v);
        } else {
            throw new IllegalStateException("no name for " + v);
        }
        names.put(v, name);
        return name;
    }

    private String constant(Node n, Value v) {
        String name = n.op() instanceof Op.Variable w
                ? w.path()
                : n.origin().isEmpty() ? "constant" : n.origin() + "/constant";
        return out.constant(name, v.type(), () -> folding.tensor(v));
    }

    private void put(Node n, String name) {
        names.put(n.output(0), name);
    }

    private static List<Integer> toFirst(int rank) {
        List<Integer> p = new ArrayList<>(List.of(0, rank - 1));
        for (int i = 1; i < rank - 1; i++) p.add(i);
        return p;
    }

    /** The name of a value with its channels in second place. */
    private String first(Value v) {
        String name = channelsFirst.get(v);
        if (name != null) return name;
        name = folding.isConstant(v)
                ? constant(v.node(), v.transpose(toFirst(v.rank())))
                : out.node("Transpose", List.of(get(v)), attribute("perm", toFirst(v.rank())));
        channelsFirst.put(v, name);
        return name;
    }

    private boolean isFirst(Value v) {
        return channelsFirst.containsKey(v) && !names.containsKey(v);
    }

    /** Where an axis of a value of a rank lies when channels come first. */
    private static int axisFirst(int axis, int rank) {
        return axis == 0 ? 0 : axis == rank - 1 ? 1 : axis + 1;
    }

    /** A list with an entry for each axis, in the order of channels first. */
    private static <T> List<T> entriesFirst(List<T> entries) {
        return toFirst(entries.size()).stream().map(entries::get).toList();
    }

    // Lengths

    /** An int64 vector of one length. */
    String length(Length l) {
        if (l instanceof Length.Fixed f) return out.longs(f.value());
        String known = lengths.get(l);
        if (known != null) return known;
        Length.Computed c = (Length.Computed) l;
        String r = null;
        for (Length.Atom a : c.atoms()) {
            String atom = switch (a) {
                case Length.Symbol s -> Objects.requireNonNull(lengths.get(Length.Computed.of(s)));
                case Length.Measured m -> measured(m.value());
                case Length.Dim d -> dim(d);
            };
            r = r == null ? atom : out.node("Mul", List.of(r, atom));
        }
        String whole = Objects.requireNonNull(r);
        if (c.factor() != 1) whole = out.node("Mul", List.of(whole, out.longs(c.factor())));
        if (c.offset() != 0) whole = out.node("Add", List.of(whole, out.longs(c.offset())));
        if (c.divisor() != 1) whole = out.node("Div", List.of(whole, out.longs(c.divisor())));
        if (out.isOutermost()) lengths.put(l, whole);
        return whole;
    }

    private String measured(Value number) {
        return op("Unsqueeze", cast(get(number), number.dtype(), DType.INT64), out.longs(0));
    }

    private String dim(Length.Dim d) {
        boolean first = isFirst(d.value());
        int axis = first ? axisFirst(d.axis(), d.value().rank()) : d.axis();
        String of = first ? first(d.value()) : get(d.value());
        return out.node("Shape", List.of(of), attribute("start", axis), attribute("end", axis + 1L));
    }

    /** An int64 vector of lengths. */
    private String vector(List<Length> all) {
        if (all.stream().allMatch(Length::isFixed)) {
            return out.longs(
                    all.stream().mapToLong(l -> ((Length.Fixed) l).value()).toArray());
        }
        return out.node("Concat", all.stream().map(this::length).toList(), attribute("axis", 0));
    }

    // Types

    /** The type that most kernels know in place of a rare one. */
    static DType common(DType t) {
        return switch (t) {
            case INT8, INT16, UINT8, UINT16 -> DType.INT32;
            case UINT32, UINT64 -> DType.INT64;
            default -> t;
        };
    }

    String cast(String x, DType from, DType to) {
        return OnnxGraph.element(from) == OnnxGraph.element(to)
                ? x
                : out.node("Cast", List.of(x), attribute("to", OnnxGraph.element(to)));
    }

    /** A formula of floating numbers that is computed in float32 where there are no kernels for the type. */
    private String inFloat(String x, DType type, Function<String, String> formula) {
        return type == DType.FLOAT64
                ? cast(formula.apply(cast(x, type, DType.FLOAT32)), DType.FLOAT32, type)
                : formula.apply(x);
    }

    String op(String name, String... inputs) {
        return out.node(name, List.of(inputs));
    }

    UnsupportedModelException unsupported(Node n, String what) {
        return new UnsupportedModelException(DynamicGraph.place(n) + what);
    }

    // The table

    private void add(Node n) {
        switch (n.op()) {
            case Op.Elementwise e -> elementwise(n, e);
            case Op.Movement m -> movement(n, m);
            case Op.Reduction r -> reduction(n, r);
            case Op.Contraction c -> contraction(n, c);
            case Op.Indexing i -> indexing(n, i);
            case Op.Leaf l -> leaf(n, l);
            case Op.Control c -> control(n, c);
            case Op.Custom c -> OnnxFunctions.add(this, n, c.function());
        }
    }

    List<Length> shape(Value v) {
        return graph.shape(v);
    }

    /** Whether a node's results have the same shape for all inputs. */
    boolean isKnown(Node n) {
        return graph.isFixed(n, Node::types);
    }

    String input(Node n, int i) {
        return get(n.input(i));
    }

    void result(Node n, int i, String name) {
        names.put(n.output(i), name);
    }

    // Elementwise

    private void elementwise(Node n, Op.Elementwise e) {
        boolean first = goesFirst(n);
        List<String> in = n.inputs().stream()
                .map(v -> first ? alignedFirst(v, n.output(0).rank()) : get(v))
                .toList();
        DType type = n.inputs().getLast().dtype();
        String y = switch (e) {
            case Op.Unary u -> unary(n, u.function(), in.get(0), type);
            case Op.Binary b -> binary(n, b.function(), in.get(0), in.get(1), type);
            case Op.Select s -> {
                DType held = type == DType.BOOL ? DType.UINT8 : type == DType.UINT8 ? type : common(type);
                yield cast(
                        op("Where", in.get(0), cast(in.get(1), type, held), cast(in.get(2), type, held)), held, type);
            }
            case Op.Cast c -> {
                if (type == DType.STRING || c.dtype() == DType.STRING) throw unsupported(n, "converts text");
                if (c.dtype() == DType.BFLOAT16 && type != DType.BFLOAT16) {
                    String rounded = out.node("Cast", List.of(in.get(0)), attribute("to", 16));
                    yield out.node("Cast", List.of(rounded), attribute("to", 1));
                }
                yield cast(in.get(0), type, c.dtype());
            }
        };
        if (first) channelsFirst.put(n.output(0), y);
        else put(n, y);
    }

    /** Whether the result is best made with channels first: the inputs that matter are so. */
    private boolean goesFirst(Node n) {
        int rank = n.output(0).rank();
        if (rank < 3 || n.inputs().stream().noneMatch(this::isFirst)) return false;
        return n.inputs().stream().allMatch(v -> v.rank() == rank || v.rank() == 0 || folding.isConstant(v));
    }

    /** A value in the order of channels first, so that it broadcasts as before. */
    private String alignedFirst(Value v, int rank) {
        if (v.rank() == 0) return get(v);
        if (v.rank() == rank) return first(v);
        int[] d = new int[rank];
        java.util.Arrays.fill(d, 1);
        for (int i = 1; i <= v.rank(); i++) d[rank - i] = v.shape().dim(-i);
        return constant(v.node(), v.reshape(Shape.of(d)).transpose(toFirst(rank)));
    }

    private String unary(Node n, UnaryFunction f, String x, DType type) {
        if (type.isInteger() || type == DType.BOOL) return unaryOfIntegers(n, f, x, type);
        return switch (f) {
            case NEGATE -> op("Neg", x);
            case ABS -> op("Abs", x);
            case SIGN -> op("Sign", x);
            case RECIPROCAL -> op("Reciprocal", x);
            case SQUARE -> op("Mul", x, x);
            case SQRT -> op("Sqrt", x);
            case RSQRT -> op("Reciprocal", op("Sqrt", x));
            case EXP -> op("Exp", x);
            case EXPM1 -> op("Sub", op("Exp", x), out.scalar(type, 1));
            case LOG -> op("Log", x);
            case LOG1P -> op("Log", op("Add", x, out.scalar(type, 1)));
            case SIN -> op("Sin", x);
            case COS -> inFloat(x, type, v -> op("Cos", v));
            case TAN -> inFloat(x, type, v -> op("Tan", v));
            case ASIN -> inFloat(x, type, v -> op("Asin", v));
            case ACOS -> inFloat(x, type, v -> op("Acos", v));
            case ATAN -> inFloat(x, type, v -> op("Atan", v));
            case SINH -> inFloat(x, type, v -> op("Sinh", v));
            case COSH -> inFloat(x, type, v -> op("Cosh", v));
            case TANH -> op("Tanh", x);
            case ASINH -> inFloat(x, type, v -> op("Asinh", v));
            case ACOSH -> inFloat(x, type, v -> op("Acosh", v));
            case ATANH -> inFloat(x, type, v -> op("Atanh", v));
            case SIGMOID -> op("Sigmoid", x);
            case RELU -> op("Relu", x);
            case SOFTPLUS -> inFloat(x, type, v -> op("Softplus", v));
            case ERF -> inFloat(x, type, v -> op("Erf", v));
            case ERF_INVERSE -> inFloat(x, type, v -> erfInverse(v, type == DType.FLOAT64 ? DType.FLOAT32 : type));
            case FLOOR -> op("Floor", x);
            case CEIL -> op("Ceil", x);
            case ROUND -> op("Round", x);
            case TRUNCATE -> op("Mul", op("Sign", x), op("Floor", op("Abs", x)));
            case IS_NAN -> op("IsNaN", x);
            case IS_INFINITE -> op("IsInf", x);
            case IS_FINITE -> op("Not", op("Or", op("IsNaN", x), op("IsInf", x)));
            case NOT, BITWISE_NOT -> throw unsupported(n, f + " of " + type.kerasName());
        };
    }

    private String unaryOfIntegers(Node n, UnaryFunction f, String x, DType type) {
        DType wide = common(type);
        return switch (f) {
            case NOT -> op("Not", cast(x, type, DType.BOOL));
            case NEGATE -> cast(op("Neg", cast(x, type, wide)), wide, type);
            case ABS -> cast(op("Abs", cast(x, type, wide)), wide, type);
            case SIGN -> cast(op("Sign", cast(x, type, wide)), wide, type);
            case SQUARE -> {
                String v = cast(x, type, wide);
                yield cast(op("Mul", v, v), wide, type);
            }
            case RELU -> cast(op("Max", cast(x, type, wide), out.scalar(wide, 0)), wide, type);
            // -x - 1
            case BITWISE_NOT -> cast(op("Sub", op("Neg", cast(x, type, wide)), out.scalar(wide, 1)), wide, type);
            case FLOOR, CEIL, ROUND, TRUNCATE -> op("Identity", x);
            case IS_NAN, IS_INFINITE -> {
                String v = cast(x, type, wide);
                yield op("Less", v, v);
            }
            case IS_FINITE -> {
                String v = cast(x, type, wide);
                yield op("Equal", v, v);
            }
            default -> throw unsupported(n, f + " of " + type.kerasName());
        };
    }

    /** By Giles' approximation (2012), good to float32: a polynomial of -log(1 - x²) near the middle, of its root at the ends. */
    private String erfInverse(String x, DType type) {
        String one = out.scalar(type, 1);
        String w = op("Neg", op("Log", op("Mul", op("Sub", one, x), op("Add", one, x))));
        double[] middle = {
            2.81022636e-08,
            3.43273939e-07,
            -3.5233877e-06,
            -4.39150654e-06,
            0.00021858087,
            -0.00125372503,
            -0.00417768164,
            0.246640727,
            1.50140941
        };
        double[] ends = {
            -0.000200214257,
            0.000100950558,
            0.00134934322,
            -0.00367342844,
            0.00573950773,
            -0.0076224613,
            0.00943887047,
            1.00167406,
            2.83297682
        };
        String a = polynomial(op("Sub", w, out.scalar(type, 2.5)), middle, type);
        String b = polynomial(op("Sub", op("Sqrt", w), out.scalar(type, 3)), ends, type);
        return op("Mul", x, op("Where", op("Less", w, out.scalar(type, 5)), a, b));
    }

    private String polynomial(String x, double[] coefficients, DType type) {
        String r = out.scalar(type, coefficients[0]);
        for (int i = 1; i < coefficients.length; i++) r = op("Add", op("Mul", r, x), out.scalar(type, coefficients[i]));
        return r;
    }

    private String binary(Node n, BinaryFunction f, String a, String b, DType type) {
        if (type == DType.BOOL) return binaryOfBools(n, f, a, b);
        if (type == DType.STRING) {
            return switch (f) {
                case EQUAL -> op("Equal", a, b);
                case NOT_EQUAL -> op("Not", op("Equal", a, b));
                default -> throw unsupported(n, f + " of text");
            };
        }
        DType wide = common(type);
        String x = cast(a, type, wide), y = cast(b, type, wide);
        return switch (f) {
            case EQUAL -> op("Equal", x, y);
            case NOT_EQUAL -> op("Not", op("Equal", x, y));
            case LESS -> op("Less", x, y);
            case LESS_EQUAL -> op("LessOrEqual", x, y);
            case GREATER -> op("Greater", x, y);
            case GREATER_EQUAL -> op("GreaterOrEqual", x, y);
            default -> cast(arithmetic(n, f, x, y, wide), wide, type);
        };
    }

    private String arithmetic(Node n, BinaryFunction f, String x, String y, DType type) {
        boolean floating = type.isFloating();
        return switch (f) {
            case ADD -> op("Add", x, y);
            case SUBTRACT -> op("Sub", x, y);
            case MULTIPLY -> op("Mul", x, y);
            case DIVIDE -> floating ? op("Div", x, y) : guarded(y, type, d -> op("Div", x, d));
            case FLOOR_DIVIDE ->
                floating
                        ? op("Floor", op("Div", x, y))
                        : guarded(y, type, d -> {
                            String q = op("Div", x, d), r = op("Sub", x, op("Mul", q, d)), zero = out.scalar(type, 0);
                            String down = op(
                                    "And",
                                    op("Not", op("Equal", r, zero)),
                                    op("Xor", op("Less", r, zero), op("Less", d, zero)));
                            return op("Sub", q, cast(down, DType.BOOL, type));
                        });
            case MODULO -> {
                if (!floating) yield guarded(y, type, d -> op("Mod", x, d));
                String r = out.node("Mod", List.of(x, y), attribute("fmod", 1)), zero = out.scalar(type, 0);
                String other =
                        op("And", op("Not", op("Equal", r, zero)), op("Xor", op("Less", r, zero), op("Less", y, zero)));
                yield op("Where", other, op("Add", r, y), r);
            }
            case POWER -> op("Pow", x, y);
            case MAXIMUM -> op("Max", x, y);
            case MINIMUM -> op("Min", x, y);
            case ATAN2 -> atan2(x, y, type);
            case BITWISE_AND -> op("BitwiseAnd", x, y);
            case BITWISE_OR -> op("BitwiseOr", x, y);
            case BITWISE_XOR -> op("BitwiseXor", x, y);
            case SHIFT_LEFT -> op("Mul", x, op("Pow", out.scalar(type, 2), y));
            case SHIFT_RIGHT -> {
                String by = op("Pow", out.scalar(type, 2), y), r = op("Mod", x, by);
                yield op("Div", op("Sub", x, r), by);
            }
            default -> throw unsupported(n, f + " of " + type.kerasName());
        };
    }

    /** A quotient that is 0 where the divisor is. */
    private String guarded(String divisor, DType type, Function<String, String> quotient) {
        String zero = out.scalar(type, 0), none = op("Equal", divisor, zero);
        return op("Where", none, zero, quotient.apply(op("Where", none, out.scalar(type, 1), divisor)));
    }

    private String atan2(String y, String x, DType type) {
        return inFloats(List.of(y, x), type, in -> {
            DType t = type == DType.FLOAT64 ? DType.FLOAT32 : type;
            String zero = out.scalar(t, 0), pi = out.scalar(t, Math.PI), half = out.scalar(t, Math.PI / 2);
            String up = op("Less", in.get(0), zero);
            String straight = op("Atan", op("Div", in.get(0), in.get(1)));
            String left = op("Where", up, op("Sub", straight, pi), op("Add", straight, pi));
            String upright = op("Mul", op("Sign", in.get(0)), half);
            return op(
                    "Where",
                    op("Equal", in.get(1), zero),
                    upright,
                    op("Where", op("Less", in.get(1), zero), left, straight));
        });
    }

    private String inFloats(List<String> in, DType type, Function<List<String>, String> formula) {
        if (type != DType.FLOAT64) return formula.apply(in);
        List<String> floats = in.stream().map(x -> cast(x, type, DType.FLOAT32)).toList();
        return cast(formula.apply(floats), DType.FLOAT32, type);
    }

    private String binaryOfBools(Node n, BinaryFunction f, String a, String b) {
        return switch (f) {
            case AND, BITWISE_AND, MULTIPLY, MINIMUM -> op("And", a, b);
            case OR, BITWISE_OR, MAXIMUM, ADD -> op("Or", a, b);
            case XOR, BITWISE_XOR, NOT_EQUAL -> op("Xor", a, b);
            case EQUAL -> op("Equal", a, b);
            case LESS -> op("And", op("Not", a), b);
            case LESS_EQUAL -> op("Or", op("Not", a), b);
            case GREATER -> op("And", a, op("Not", b));
            case GREATER_EQUAL -> op("Or", a, op("Not", b));
            default -> throw unsupported(n, f + " of bools");
        };
    }

    // Movement

    private void movement(Node n, Op.Movement m) {
        switch (m) {
            case Op.Reshape r -> put(n, reshape(n));
            case Op.Transpose t ->
                put(n, out.node("Transpose", List.of(input(n, 0)), attribute("perm", t.permutation())));
            case Op.Broadcast b -> put(n, op("Expand", input(n, 0), vector(graph.shape(n.output(0)))));
            case Op.Slice s -> ordered(n, x -> slice(n, s, x));
            case Op.Pad p -> ordered(n, x -> pad(n, p, x));
            case Op.Concat c -> {
                boolean first = n.output(0).rank() > 2
                        && n.inputs().stream().anyMatch(this::isFirst)
                        && n.inputs().stream().allMatch(v -> isFirst(v) || folding.isConstant(v));
                int rank = n.output(0).rank(), axis = first ? axisFirst(c.axis(), rank) : c.axis();
                List<String> in =
                        n.inputs().stream().map(v -> first ? first(v) : get(v)).toList();
                String y = out.node("Concat", in, attribute("axis", axis));
                if (first) channelsFirst.put(n.output(0), y);
                else put(n, y);
            }
            case Op.Reverse r -> put(n, reverse(input(n, 0), r.axes()));
        }
    }

    /** What an operation on one value needs to know of the order of its axes. */
    private record Ordered(String x, boolean first) {
        <T> List<T> of(List<T> entries) {
            return first ? entriesFirst(entries) : entries;
        }
    }

    /** An operation on one value that takes its axes in any order. */
    private void ordered(Node n, Function<Ordered, String> node) {
        Value x = n.input(0);
        boolean first = isFirst(x) && x.rank() > 2;
        String y = node.apply(new Ordered(first ? first(x) : get(x), first));
        if (first) channelsFirst.put(n.output(0), y);
        else put(n, y);
    }

    private String reshape(Node n) {
        Value x = n.input(0);
        List<Length> from = graph.shape(x), to = graph.shape(n.output(0));
        // Axes of length 1 between batch and channels do not care for the order.
        boolean flat = isFirst(x)
                && IntStream.range(1, x.rank() - 1).allMatch(i -> from.get(i).equals(new Length.Fixed(1)));
        String of = flat ? first(x) : get(x);
        if (to.contains(new Length.Fixed(0))) {
            return out.node("Reshape", List.of(of, vector(to)), attribute("allowzero", 1));
        }
        long[] d = new long[to.size()];
        int open = 0;
        for (int i = 0; i < d.length; i++) {
            if (to.get(i) instanceof Length.Fixed f) d[i] = f.value();
            else if (!flat && i < from.size() && from.get(i).equals(to.get(i))) d[i] = 0; // as it is
            else {
                d[i] = -1; // what is left
                open++;
            }
        }
        return op("Reshape", of, open <= 1 ? out.longs(d) : vector(to));
    }

    private String slice(Node n, Op.Slice s, Ordered x) {
        int rank = n.input(0).rank();
        List<Length> starts = new ArrayList<>(), ends = new ArrayList<>();
        List<Integer> axes = new ArrayList<>(), steps = new ArrayList<>();
        for (int i = 0; i < rank; i++) {
            int a = i, stride = s.strides().get(i);
            Function<Node, Op.Slice> at = m -> (Op.Slice) m.op();
            boolean whole = graph.always(
                    n,
                    m -> at.apply(m).starts().get(a) == 0
                            && at.apply(m).sizes().dim(a) == m.input(0).shape().dim(a)
                            && at.apply(m).strides().get(a) == 1);
            if (whole) continue;
            axes.add(x.first ? axisFirst(i, rank) : i);
            steps.add(stride);
            starts.add(graph.length(n, m -> at.apply(m).starts().get(a)));
            // Up to the end, wherever that is, if no further element would be taken.
            boolean toEnd = graph.always(
                    n,
                    m -> at.apply(m).starts().get(a)
                                    + (long) at.apply(m).sizes().dim(a) * stride
                            >= m.input(0).shape().dim(a));
            ends.add(
                    toEnd
                            ? new Length.Fixed(Integer.MAX_VALUE)
                            : graph.length(
                                    n,
                                    m -> at.apply(m).starts().get(a)
                                            + Math.max(0, (at.apply(m).sizes().dim(a) - 1L) * stride + 1)));
        }
        if (axes.isEmpty()) return op("Identity", x.x);
        return op(
                "Slice",
                x.x,
                vector(starts),
                vector(ends),
                out.longs(axes.stream().mapToLong(i -> i).toArray()),
                out.longs(steps.stream().mapToLong(i -> i).toArray()));
    }

    private String pad(Node n, Op.Pad p, Ordered x) {
        DType type = n.input(0).dtype();
        DType held = type == DType.BOOL ? DType.UINT8 : common(type);
        if (type == DType.STRING) throw unsupported(n, "pads text");
        String y = cast(x.x, type, held);
        List<Integer> interior = x.of(p.interior());
        for (int a = 0; a < interior.size(); a++) {
            if (interior.get(a) > 0) y = spread(y, interior.size(), a, interior.get(a), held, p.value());
        }
        List<Length> low = x.of(graph.lengths(n, m -> ((Op.Pad) m.op()).low()));
        List<Length> high = x.of(graph.lengths(n, m -> ((Op.Pad) m.op()).high()));
        List<Length> all = new ArrayList<>(low);
        all.addAll(high);
        Length none = new Length.Fixed(0);
        if (all.stream().anyMatch(l -> !l.equals(none)))
            y = out.node("Pad", List.of(y, vector(all), out.scalar(held, p.value())));
        return cast(y, held, type);
    }

    /** Puts copies of a value between the elements of an axis: pads each to a row of its own, and drops the last's. */
    private String spread(String x, int rank, int axis, int by, DType type, double value) {
        long[] pads = new long[2 * (rank + 1)], wider = new long[rank];
        pads[rank + 1 + axis + 1] = by;
        java.util.Arrays.fill(wider, 1);
        wider[axis] = by + 1;
        String rows = op("Pad", op("Unsqueeze", x, out.longs(axis + 1)), out.longs(pads), out.scalar(type, value));
        String joined = op("Reshape", rows, op("Mul", op("Shape", x), out.longs(wider)));
        return op("Slice", joined, out.longs(0), out.longs(-by), out.longs(axis));
    }

    private String reverse(String x, List<Integer> axes) {
        int k = axes.size();
        long[] starts = new long[k], ends = new long[k], steps = new long[k];
        java.util.Arrays.fill(starts, -1);
        java.util.Arrays.fill(ends, Integer.MIN_VALUE);
        java.util.Arrays.fill(steps, -1);
        return op(
                "Slice",
                x,
                out.longs(starts),
                out.longs(ends),
                out.longs(axes.stream().mapToLong(i -> i).toArray()),
                out.longs(steps));
    }

    // Reduction

    private void reduction(Node n, Op.Reduction r) {
        switch (r) {
            case Op.Reduce f -> reduce(n, f);
            case Op.ArgReduce a -> {
                DType type = n.input(0).dtype(), held = type == DType.BOOL ? DType.INT32 : common(type);
                String y = out.node(
                        a.max() ? "ArgMax" : "ArgMin",
                        List.of(cast(input(n, 0), type, held)),
                        attribute("axis", a.axis()),
                        attribute("keepdims", 0));
                put(n, cast(y, DType.INT64, DType.INT32));
            }
            case Op.Cumulative c -> put(n, cumulative(n, c));
            case Op.ArgSort s -> {
                DType type = n.input(0).dtype(), held = type == DType.BOOL ? DType.INT32 : common(type);
                String k = length(graph.shape(n.input(0)).get(s.axis()));
                String y = out.node(
                                "TopK",
                                List.of(cast(input(n, 0), type, held), k),
                                2,
                                attribute("axis", s.axis()),
                                attribute("largest", s.descending() ? 1 : 0),
                                attribute("sorted", 1))
                        .get(1);
                put(n, cast(y, DType.INT64, DType.INT32));
            }
        }
    }

    private void reduce(Node n, Op.Reduce f) {
        Value v = n.input(0);
        int rank = v.rank();
        // Without the channels last, the other axes are in the same order either way.
        boolean first = isFirst(v) && rank > 2 && (f.keepDims() || sameOrder(f.axes(), rank));
        List<Integer> axes =
                first ? f.axes().stream().map(a -> axisFirst(a, rank)).sorted().toList() : f.axes();
        String y = fold(f.function(), first ? first(v) : get(v), v.dtype(), axes, f.keepDims());
        if (first && f.keepDims()) channelsFirst.put(n.output(0), y);
        else put(n, y);
    }

    private static boolean sameOrder(List<Integer> folded, int rank) {
        List<Integer> left = IntStream.range(0, rank)
                .filter(i -> !folded.contains(i))
                .boxed()
                .toList();
        List<Integer> places = left.stream().map(a -> axisFirst(a, rank)).toList();
        return places.equals(places.stream().sorted().toList());
    }

    String fold(ReduceFunction f, String x, DType type, List<Integer> axes, boolean keepDims) {
        DType held = type == DType.BOOL ? DType.INT32 : common(type);
        String name = switch (f) {
            case SUM -> "ReduceSum";
            case PRODUCT -> "ReduceProd";
            case MAX, ANY -> "ReduceMax";
            case MIN, ALL -> "ReduceMin";
        };
        String y = out.node(
                name,
                List.of(
                        cast(x, type, held),
                        out.longs(axes.stream().mapToLong(i -> i).toArray())),
                attribute("keepdims", keepDims ? 1 : 0));
        return cast(y, held, type);
    }

    private String cumulative(Node n, Op.Cumulative c) {
        DType type = n.input(0).dtype(), held = common(type);
        String x = cast(input(n, 0), type, held);
        if (c.function() == ReduceFunction.SUM) {
            String y = out.node(
                    "CumSum",
                    List.of(x, out.scalar(DType.INT64, c.axis())),
                    attribute("exclusive", c.exclusive() ? 1 : 0),
                    attribute("reverse", c.reverse() ? 1 : 0));
            return cast(y, held, type);
        }
        // Each element is a fold over the ones before it: (…, 1, n) where a mask (n, n) holds, folded over the last
        // axis.
        int rank = n.input(0).rank();
        List<Integer> last = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
        last.remove(Integer.valueOf(c.axis()));
        last.add(c.axis());
        String moved = out.node("Transpose", List.of(x), attribute("perm", last));
        String count = op("Squeeze", length(graph.shape(n.input(0)).get(c.axis())), out.longs(0));
        String places = op("Range", out.scalar(DType.INT64, 0), count, out.scalar(DType.INT64, 1));
        String rows = op("Unsqueeze", places, out.longs(1)), columns = op("Unsqueeze", places, out.longs(0));
        String mask = c.reverse()
                ? c.exclusive() ? op("Greater", columns, rows) : op("GreaterOrEqual", columns, rows)
                : c.exclusive() ? op("Less", columns, rows) : op("LessOrEqual", columns, rows);
        String masked = op("Where", mask, op("Unsqueeze", moved, out.longs(rank - 1)), identity(c.function(), held));
        String folded = fold(c.function(), masked, held, List.of(rank), false);
        List<Integer> back = new ArrayList<>(Collections.nCopies(rank, 0));
        for (int i = 0; i < rank; i++) back.set(last.get(i), i);
        return cast(out.node("Transpose", List.of(folded), attribute("perm", back)), held, type);
    }

    private String identity(ReduceFunction f, DType type) {
        boolean floating = type.isFloating();
        return out.scalar(
                type,
                switch (f) {
                    case PRODUCT -> 1;
                    case MAX ->
                        floating ? Double.NEGATIVE_INFINITY : type == DType.INT32 ? Integer.MIN_VALUE : Long.MIN_VALUE;
                    case MIN ->
                        floating ? Double.POSITIVE_INFINITY : type == DType.INT32 ? Integer.MAX_VALUE : Long.MAX_VALUE;
                    default -> 0;
                });
    }

    // Contraction

    private void contraction(Node n, Op.Contraction c) {
        switch (c) {
            case Op.MatMul m -> put(n, matMul(n, m));
            case Op.Conv v -> conv(n, v);
            case Op.ConvInputGradient v -> convTranspose(n, v);
            case Op.Pool p -> pool(n, p);
            case Op.ConvKernelGradient v -> throw unsupported(n, "computes gradients");
            case Op.PoolGradient v -> throw unsupported(n, "computes gradients");
        }
    }

    private String matMul(Node n, Op.MatMul m) {
        DType type = n.input(0).dtype(), held = common(type);
        if (n.input(0).rank() == 2
                && n.input(1).rank() == 2
                && type.isFloating()
                && (m.transposeA() || m.transposeB())) {
            return out.node(
                    "Gemm",
                    List.of(input(n, 0), input(n, 1)),
                    attribute("transA", m.transposeA() ? 1 : 0),
                    attribute("transB", m.transposeB() ? 1 : 0));
        }
        String a = swapped(n.input(0), m.transposeA()), b = swapped(n.input(1), m.transposeB());
        return cast(op("MatMul", cast(a, type, held), cast(b, type, held)), held, type);
    }

    private String swapped(Value v, boolean swap) {
        if (!swap) return get(v);
        List<Integer> p = new ArrayList<>(IntStream.range(0, v.rank()).boxed().toList());
        Collections.swap(p, v.rank() - 1, v.rank() - 2);
        return folding.isConstant(v)
                ? constant(v.node(), v.transpose(p))
                : out.node("Transpose", List.of(get(v)), attribute("perm", p));
    }

    /** A kernel (spatial…, in, out) as (out, in, spatial…). */
    private String kernel(Value k) {
        List<Integer> p = new ArrayList<>(List.of(k.rank() - 1, k.rank() - 2));
        for (int i = 0; i < k.rank() - 2; i++) p.add(i);
        return folding.isConstant(k)
                ? constant(k.node(), k.transpose(p))
                : out.node("Transpose", List.of(get(k)), attribute("perm", p));
    }

    private void conv(Node n, Op.Conv c) {
        DType type = n.input(0).dtype();
        if (!type.isFloating()) throw unsupported(n, "convolves " + type.kerasName());
        List<AttributeProto> attributes = new ArrayList<>(window(
                n,
                m -> ((Op.Conv) m.op()).window(),
                m -> m.input(1).shape().slice(0, m.input(1).rank() - 2).toList()));
        attributes.add(attribute("group", c.groups()));
        String x = first(n.input(0)), k = kernel(n.input(1));
        DType held = type == DType.FLOAT64 ? DType.FLOAT32 : type;
        String y = out.node(
                "Conv", List.of(cast(x, type, held), cast(k, type, held)), attributes.toArray(AttributeProto[]::new));
        channelsFirst.put(n.output(0), cast(y, held, type));
    }

    /** Strides, dilations and padding; padding that goes with the input's length has to be the one that ONNX calls SAME. */
    private List<AttributeProto> window(Node n, Function<Node, Op.Window> of, Function<Node, List<Integer>> sizes) {
        Op.Window w = of.apply(n);
        List<AttributeProto> r = new ArrayList<>();
        r.add(attribute("strides", w.strides()));
        r.add(attribute("dilations", w.dilations()));
        if (graph.isFixed(n, m -> List.of(of.apply(m).low(), of.apply(m).high()))) {
            List<Integer> pads = new ArrayList<>(w.low());
            pads.addAll(w.high());
            if (pads.stream().anyMatch(p -> p < 0)) throw unsupported(n, "has negative padding");
            r.add(attribute("pads", pads));
        } else if (graph.always(n, m -> isSame(m, of.apply(m), sizes.apply(m)))) {
            r.add(attribute("auto_pad", "SAME_UPPER"));
        } else {
            throw unsupported(n, "pads by the input's lengths");
        }
        return r;
    }

    private static boolean isSame(Node n, Op.Window w, List<Integer> sizes) {
        for (int i = 0; i < sizes.size(); i++) {
            int length = n.input(0).shape().dim(i + 1), stride = w.strides().get(i);
            int span = (sizes.get(i) - 1) * w.dilations().get(i) + 1;
            int all = Math.max(0, ((length + stride - 1) / stride - 1) * stride + span - length);
            if (w.low().get(i) != all / 2 || w.high().get(i) != all - all / 2) return false;
        }
        return true;
    }

    private void convTranspose(Node n, Op.ConvInputGradient c) {
        DType type = n.input(0).dtype();
        Value k = n.input(1);
        int spatial = k.rank() - 2;
        List<Integer> pads = new ArrayList<>(), more = new ArrayList<>();
        Function<Node, List<Integer>> rest = m -> {
            Op.ConvInputGradient g = (Op.ConvInputGradient) m.op();
            List<Integer> r = new ArrayList<>();
            for (int i = 0; i < spatial; i++) {
                int span =
                        (m.input(1).shape().dim(i) - 1) * g.window().dilations().get(i) + 1;
                int whole = (m.input(0).shape().dim(i + 1) - 1)
                                * g.window().strides().get(i)
                        + span;
                r.add(g.inputShape().dim(i + 1)
                        + g.window().low().get(i)
                        + g.window().high().get(i)
                        - whole);
            }
            return r;
        };
        if (!graph.isFixed(n, m -> ((Op.ConvInputGradient) m.op()).window()) || !graph.isFixed(n, rest))
            throw unsupported(n, "pads by the input's lengths");
        // What lies beyond the last window is cut or filled behind the convolution.
        List<Integer> beyond = rest.apply(n);
        for (int i = 0; i < spatial; i++) {
            pads.add(c.window().low().get(i));
            more.add(Math.max(0, beyond.get(i)));
        }
        for (int i = 0; i < spatial; i++) {
            pads.add(c.window().high().get(i) + Math.max(0, -beyond.get(i)));
        }
        boolean odd = pads.stream().anyMatch(p -> p < 0)
                || IntStream.range(0, spatial)
                        .anyMatch(i -> more.get(i)
                                        >= Math.max(
                                                c.window().strides().get(i),
                                                c.window().dilations().get(i))
                                && more.get(i) > 0);
        if (odd) throw unsupported(n, "is a transposed convolution with unusual padding");
        DType held = type == DType.FLOAT64 ? DType.FLOAT32 : type;
        String y = out.node(
                "ConvTranspose",
                List.of(cast(first(n.input(0)), type, held), cast(kernel(k), type, held)),
                attribute("strides", c.window().strides()),
                attribute("dilations", c.window().dilations()),
                attribute("pads", pads),
                attribute("output_padding", more),
                attribute("group", c.groups()));
        channelsFirst.put(n.output(0), cast(y, held, type));
    }

    private void pool(Node n, Op.Pool p) {
        DType type = n.input(0).dtype(), held = type.isFloating() && type != DType.FLOAT64 ? type : DType.FLOAT32;
        List<AttributeProto> attributes =
                new ArrayList<>(window(n, m -> ((Op.Pool) m.op()).window(), m -> ((Op.Pool) m.op()).size()));
        boolean dilated = p.window().dilations().stream().anyMatch(d -> d != 1);
        if (!dilated) attributes.remove(1);
        attributes.add(attribute("kernel_shape", p.size()));
        if (!p.max()) attributes.add(attribute("count_include_pad", 0));
        String y = out.node(
                p.max() ? "MaxPool" : "AveragePool",
                List.of(cast(first(n.input(0)), type, held)),
                attributes.toArray(AttributeProto[]::new));
        channelsFirst.put(n.output(0), cast(y, held, type));
    }

    // Indexing

    private void indexing(Node n, Op.Indexing i) {
        switch (i) {
            case Op.Gather g -> put(n, gather(n, g));
            case Op.ScatterAdd s -> {
                DType type = n.output(0).dtype(), held = common(type);
                String zeros = op("Expand", out.scalar(held, 0), vector(graph.shape(n.output(0))));
                String rows = op(
                        "Unsqueeze",
                        cast(input(n, 0), n.input(0).dtype(), DType.INT64),
                        out.longs(n.input(0).rank()));
                put(
                        n,
                        cast(
                                out.node(
                                        "ScatterND",
                                        List.of(zeros, rows, cast(input(n, 1), type, held)),
                                        attribute("reduction", "add")),
                                held,
                                type));
            }
        }
    }

    private String gather(Node n, Op.Gather g) {
        DType at = n.input(1).dtype();
        String indices = at == DType.INT32 || at == DType.INT64 ? input(n, 1) : cast(input(n, 1), at, DType.INT64);
        if (g.batchDims() == 0) return out.node("Gather", List.of(input(n, 0), indices), attribute("axis", g.axis()));
        Value x = n.input(0);
        int rank = x.rank(), b = g.batchDims(), own = n.input(1).rank() - b, between = g.axis() - b;
        // The picked axis comes right behind the batch's; what was in between goes back before the picked elements.
        List<Integer> p = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
        p.remove(g.axis());
        p.add(b, g.axis());
        String moved = between == 0 ? get(x) : out.node("Transpose", List.of(get(x)), attribute("perm", p));
        String places = op(
                "Unsqueeze",
                at == DType.INT32 ? cast(indices, DType.INT32, DType.INT64) : indices,
                out.longs(n.input(1).rank()));
        String y = out.node("GatherND", List.of(moved, places), attribute("batch_dims", b));
        if (between == 0) return y;
        List<Integer> back = new ArrayList<>(IntStream.range(0, b).boxed().toList());
        for (int k = 0; k < between; k++) back.add(b + own + k);
        for (int k = 0; k < own; k++) back.add(b + k);
        for (int k = b + own + between; k < n.output(0).rank(); k++) back.add(k);
        return out.node("Transpose", List.of(y), attribute("perm", back));
    }

    // Leaves

    private void leaf(Node n, Op.Leaf l) {
        switch (l) {
            case Op.Iota i -> {
                TensorType type = i.type();
                List<Length> shape = graph.shape(n.output(0));
                String count = op("Squeeze", length(shape.get(i.axis())), out.longs(0));
                String places = op("Range", out.scalar(DType.INT64, 0), count, out.scalar(DType.INT64, 1));
                long[] d = new long[type.shape().rank()];
                java.util.Arrays.fill(d, 1);
                d[i.axis()] = -1;
                String row = op("Reshape", cast(places, DType.INT64, type.dtype()), out.longs(d));
                put(n, op("Expand", row, vector(shape)));
            }
            case Op.Constant c -> {
                if (graph.isFixed(n, m -> ((Op.Constant) m.op()).tensor())) {
                    put(n, constant(n, n.output(0)));
                    return;
                }
                String number = length(graph.length(n, m -> whole(n, ((Op.Constant) m.op()).tensor())));
                String scalar = cast(number, DType.INT64, c.tensor().dtype());
                long[] ones = new long[c.tensor().shape().rank()];
                java.util.Arrays.fill(ones, 1);
                put(n, op("Reshape", scalar, out.longs(ones)));
            }
            case Op.Variable v -> put(n, constant(n, n.output(0)));
            case Op.Random r -> throw unsupported(n, "draws random numbers");
            case Op.Parameter p -> throw new IllegalStateException("a parameter that is not bound: " + p);
        }
    }

    private long whole(Node n, Tensor t) {
        double x = t.item();
        if (x != Math.rint(x)) throw unsupported(n, "computes with a number that follows from the input's lengths");
        return (long) x;
    }

    // Control

    private OnnxNodes inner() {
        OnnxNodes r = new OnnxNodes(out.inner(), graph, folding, problems, lengths);
        r.names.putAll(names);
        return r;
    }

    /** Fills an inner graph's outputs. */
    private void outputs(OnnxNodes inner, Graph g) {
        List<String> made = inner.add(g);
        for (int i = 0; i < made.size(); i++) {
            String own = inner.op("Identity", made.get(i));
            inner.out.proto.addOutput(OnnxGraph.info(
                    own, g.outputs().get(i).dtype(), graph.shape(g.outputs().get(i))));
        }
    }

    private void control(Node n, Op.Control c) {
        switch (c) {
            case Op.Scan s -> scan(n, s);
            case Op.While w -> loop(n, w);
            case Op.If i -> {
                AttributeProto[] branches = new AttributeProto[2];
                List<Graph> graphs = List.of(i.then(), i.otherwise());
                for (int k = 0; k < 2; k++) {
                    OnnxNodes inner = inner();
                    Graph g = graphs.get(k);
                    for (int p = 0; p < g.parameters().size(); p++)
                        inner.bind(g.parameters().get(p), input(n, p + 1));
                    outputs(inner, g);
                    branches[k] = attribute(
                            k == 0 ? "then_branch" : "else_branch",
                            inner.out.proto.setName(out.name("branch")).build());
                }
                results(n, out.node("If", List.of(input(n, 0)), n.types().size(), branches));
            }
        }
    }

    private void results(Node n, List<String> made) {
        for (int i = 0; i < made.size(); i++) names.put(n.output(i), made.get(i));
    }

    private ValueInfoProto parameter(OnnxNodes inner, Value p, String wanted) {
        String name = out.name(wanted);
        inner.bind(p, name);
        return OnnxGraph.info(name, p.dtype(), graph.shape(p));
    }

    private void scan(Node n, Op.Scan s) {
        OnnxNodes inner = inner();
        List<Value> parameters = s.body().parameters();
        int fixed = s.carries() + s.sequences();
        // Names of what is around must stand before the loop.
        List<String> in = n.inputs().stream().map(this::get).toList();
        for (int i = fixed; i < parameters.size(); i++) inner.bind(parameters.get(i), in.get(i));
        List<String> taken = new ArrayList<>(in.subList(0, fixed));
        for (int i = 0; i < fixed; i++)
            inner.out.proto.addInput(parameter(inner, parameters.get(i), i < s.carries() ? "carry" : "element"));
        int axis = s.axis(), sequences = s.sequences();
        List<Integer> inAxes = new ArrayList<>(Collections.nCopies(sequences, axis));
        if (sequences == 0) { // ONNX counts steps by its sequences
            String count = op("Squeeze", length(graph.length(n, m -> ((Op.Scan) m.op()).length())), out.longs(0));
            taken.add(op("Range", out.scalar(DType.INT64, 0), count, out.scalar(DType.INT64, 1)));
            inner.out.proto.addInput(OnnxGraph.info(out.name("step"), DType.INT64, List.of()));
            sequences = 1;
            inAxes.add(0);
        }
        outputs(inner, s.body());
        int stacks = s.body().outputs().size() - s.carries(), direction = s.reverse() ? 1 : 0;
        results(
                n,
                out.node(
                        "Scan",
                        taken,
                        n.types().size(),
                        attribute(
                                "body",
                                inner.out.proto.setName(out.name("body")).build()),
                        attribute("num_scan_inputs", sequences),
                        attribute("scan_input_axes", inAxes),
                        attribute("scan_input_directions", Collections.nCopies(sequences, direction)),
                        attribute("scan_output_axes", Collections.nCopies(stacks, axis)),
                        attribute("scan_output_directions", Collections.nCopies(stacks, direction))));
    }

    private void loop(Node n, Op.While w) {
        List<String> in = n.inputs().stream().map(this::get).toList();
        OnnxNodes before = inner();
        OnnxNodes inner = inner();
        // The condition stands before the loop, and at the end of each step.
        OnnxNodes start = new OnnxNodes(out, graph, folding, problems, lengths);
        start.names.putAll(names);
        for (int i = 0; i < in.size(); i++)
            start.bind(w.condition().parameters().get(i), in.get(i));
        String goesOn = start.add(w.condition()).get(0);
        inner.out.proto.addInput(OnnxGraph.info(out.name("step"), DType.INT64, List.of()));
        inner.out.proto.addInput(OnnxGraph.info(out.name("goes_on"), DType.BOOL, List.of()));
        for (Value p : w.body().parameters()) inner.out.proto.addInput(parameter(inner, p, "carry"));
        List<String> next = inner.add(w.body());
        OnnxNodes end = new OnnxNodes(inner.out, graph, folding, problems, lengths);
        end.names.putAll(inner.names);
        for (int i = 0; i < next.size(); i++)
            end.bind(w.condition().parameters().get(i), next.get(i));
        String again = end.op("Identity", end.add(w.condition()).get(0));
        inner.out.proto.addOutput(OnnxGraph.info(again, DType.BOOL, List.of()));
        for (int i = 0; i < next.size(); i++) {
            Value v = w.body().outputs().get(i);
            inner.out.proto.addOutput(OnnxGraph.info(inner.op("Identity", next.get(i)), v.dtype(), graph.shape(v)));
        }
        List<String> taken = new ArrayList<>(List.of("", goesOn));
        taken.addAll(in);
        results(
                n,
                out.node(
                        "Loop",
                        taken,
                        n.types().size(),
                        attribute(
                                "body",
                                inner.out.proto.setName(before.out.name("body")).build())));
    }
}
