package io.argali.converters.tensorflow;

import static io.argali.converters.tensorflow.TfGraph.attr;
import static io.argali.converters.tensorflow.TfGraph.type;

import io.argali.converters.UnsupportedModelException;
import io.argali.converters.export.DynamicGraph;
import io.argali.converters.export.Folding;
import io.argali.converters.export.Length;
import io.argali.loader.protobuf.DataType;
import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
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
                Length.Computed.of(s),
                dim(input, graph.graph().parameters().get(s.parameter()).dtype(), s.axis()));
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

    /** One family of operations each. */
    private void add(Node n) {
        switch (n.op()) {
            case Op.Elementwise e -> put(n, new TfElementwise(this).add(n, e));
            case Op.Movement m -> put(n, new TfMovement(this).add(n, m));
            case Op.Reduction r -> put(n, new TfReductions(this).add(n, r));
            case Op.Contraction c -> put(n, new TfContractions(this).add(n, c));
            case Op.Indexing i -> put(n, new TfIndexing(this).add(n, i));
            case Op.Leaf l -> put(n, new TfLeaves(this).add(n, l));
            case Op.Control c -> new TfControl(this).add(n, c);
            case Op.Custom c -> TfFunctions.add(this, n, c.function());
        }
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

    List<String> inputs(Node n) {
        return n.inputs().stream().map(this::get).toList();
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

    /** The same for a function inside. */
    TfNodes inner() {
        return new TfNodes(out.inner(), graph, folding, variables, problems, this);
    }

    /** A weight that an inner function asks for. */
    String variable(Node n, Op.Variable v) {
        String known = names.get(n.output(0));
        if (known != null) return known;
        String made = around != null
                ? out.capture(around.variable(n, v), type(v.type().dtype()))
                : variables.apply(v);
        names.put(n.output(0), made);
        return made;
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
                case Length.Symbol s -> outermost(s);
                case Length.Measured m -> outermost(m);
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

    /** A length that is known in the outermost graph, once. */
    private String outermost(Length.Atom atom) {
        Length l = Length.Computed.of(atom);
        String known = lengths.get(l);
        if (known != null) return known;
        String name = around != null
                ? out.capture(around.outermost(atom), DataType.DT_INT32)
                : measured(((Length.Measured) atom).value());
        lengths.put(l, name);
        return name;
    }

    private String measured(Value number) {
        return cast(get(number), number.dtype(), DType.INT32);
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

    static boolean isFloat8(DType t) {
        return t == DType.FLOAT8_E4M3FN || t == DType.FLOAT8_E5M2;
    }

    String reshape(String x, DType type, String shape) {
        return out.node("Reshape", List.of(x, shape), type("T", type), type("Tshape", DType.INT32));
    }

    String transpose(String x, DType type, List<Integer> permutation) {
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

    String padded(String x, DType type, String paddings, double value) {
        return out.node(
                "PadV2",
                List.of(x, paddings, out.scalar(type, value)),
                type("T", type),
                type("Tpaddings", DType.INT32));
    }

    /** Puts copies of a value between the elements of an axis: pads each to a row of its own, and drops the last's. */
    String spread(String x, DType type, int rank, int axis, int by, double value) {
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
}
