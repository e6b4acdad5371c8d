package io.argali.converters.onnx;

import static io.argali.converters.onnx.OnnxGraph.attribute;

import io.argali.converters.UnsupportedModelException;
import io.argali.converters.export.DynamicGraph;
import io.argali.converters.export.Folding;
import io.argali.converters.export.Length;
import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

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
    private final OnnxElementwise elementwise;
    private final OnnxMovement movement;
    private final OnnxReductions reduction;
    private final OnnxContractions contraction;
    private final OnnxIndexing indexing;
    private final OnnxLeaves leaf;
    private final OnnxControl control;

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
        elementwise = new OnnxElementwise(this);
        movement = new OnnxMovement(this);
        reduction = new OnnxReductions(this);
        contraction = new OnnxContractions(this);
        indexing = new OnnxIndexing(this);
        leaf = new OnnxLeaves(this);
        control = new OnnxControl(this);
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

    String constant(Node n, Value v) {
        String name = n.op() instanceof Op.Variable w
                ? w.path()
                : n.origin().isEmpty() ? "constant" : n.origin() + "/constant";
        return out.constant(name, v.type(), () -> folding.tensor(v));
    }

    void put(Node n, String name) {
        names.put(n.output(0), name);
    }

    static List<Integer> toFirst(int rank) {
        List<Integer> p = new ArrayList<>(List.of(0, rank - 1));
        for (int i = 1; i < rank - 1; i++) p.add(i);
        return p;
    }

    /** The name of a value with its channels in second place. */
    String first(Value v) {
        String name = channelsFirst.get(v);
        if (name != null) return name;
        name = folding.isConstant(v)
                ? constant(v.node(), v.transpose(toFirst(v.rank())))
                : out.node("Transpose", List.of(get(v)), attribute("perm", toFirst(v.rank())));
        channelsFirst.put(v, name);
        return name;
    }

    boolean isFirst(Value v) {
        return channelsFirst.containsKey(v) && !names.containsKey(v);
    }

    /** Where an axis of a value of a rank lies when channels come first. */
    static int axisFirst(int axis, int rank) {
        return axis == 0 ? 0 : axis == rank - 1 ? 1 : axis + 1;
    }

    /** A list with an entry for each axis, in the order of channels first. */
    static <T> List<T> entriesFirst(List<T> entries) {
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
    String vector(List<Length> all) {
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
    String inFloat(String x, DType type, Function<String, String> formula) {
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
            case Op.Elementwise e -> elementwise.add(n, e);
            case Op.Movement m -> movement.add(n, m);
            case Op.Reduction r -> reduction.add(n, r);
            case Op.Contraction c -> contraction.add(n, c);
            case Op.Indexing i -> indexing.add(n, i);
            case Op.Leaf l -> leaf.add(n, l);
            case Op.Control c -> control.add(n, c);
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

    void putFirst(Value v, String name) {
        channelsFirst.put(v, name);
    }

    boolean isConstant(Value v) {
        return folding.isConstant(v);
    }

    DynamicGraph graph() {
        return graph;
    }

    /** Nodes of another graph that sees what is known here. */
    OnnxNodes in(OnnxGraph other) {
        OnnxNodes r = new OnnxNodes(other, graph, folding, problems, lengths);
        r.names.putAll(names);
        return r;
    }
}
