package io.argali.converters.export;

import io.argali.converters.UnsupportedModelException;
import io.argali.converters.export.Length.Atom;
import io.argali.converters.export.Length.Computed;
import io.argali.converters.export.Length.Dim;
import io.argali.converters.export.Length.Fixed;
import io.argali.converters.export.Length.Measured;
import io.argali.converters.export.Length.Symbol;
import io.argali.runtime.model.InputSpec;
import io.argali.runtime.model.Model;
import io.argali.runtime.model.Trace;
import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.plan.Rewrites;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A model's graph for input shapes that are not known yet. Graphs have concrete shapes, so the model is traced at several sets of stand-in lengths;
 * the graphs must be alike node by node, and a number that differs between them is written as a formula of the unknown lengths ({@link
 * Length}). A length that the data decides has stand-ins too, and the value that it is computed as stands in the graph.
 */
public final class DynamicGraph {
    /** Stand-ins for the batch, tried in turn: hardly a model's own numbers; then smaller ones, for large images. */
    private static final int[][] BATCHES = {{29, 13, 34, 18, 22, 15}, {11, 3, 8, 5, 9, 4}};

    private static final int LARGEST_DIVISOR = 8;
    /** The batches that are tried for a model that takes but one. */
    private static final int LARGEST_FIXED_BATCH = 64;
    /** Stand-ins for other unknown axes, tried in turn. Their remainders differ, so that a rounded quotient shows what it is. */
    private static final int[][][] LENGTHS = {
        {{37, 42, 48, 55, 39, 64}, {45, 39, 58, 52, 61, 40}, {41, 60, 36, 51, 47, 38}, {62, 43, 49, 57, 44, 53}},
        {
            {229, 242, 256, 263, 235, 240},
            {247, 221, 270, 250, 241, 264},
            {233, 260, 226, 253, 246, 239},
            {264, 231, 255, 239, 228, 251}
        },
        {
            {64, 160, 224, 352, 96, 128},
            {160, 96, 256, 224, 288, 64},
            {96, 288, 64, 192, 160, 352},
            {128, 224, 352, 96, 64, 256}
        },
        {{6, 9, 11, 14, 7, 16}, {10, 7, 13, 8, 15, 6}, {8, 12, 5, 15, 9, 7}, {7, 16, 9, 12, 5, 10}},
        {{3, 4, 5, 7, 6, 8}, {5, 3, 8, 4, 7, 6}, {4, 6, 3, 5, 8, 7}, {6, 5, 4, 3, 7, 8}},
    };

    /** How small and large stand-ins for lengths that the data decides are, tried in turn: some are no longer than a tensor of the model. */
    private static final int[][] MEASURED = {{36, 200}, {220, 270}, {9, 16}, {5, 9}, {2, 5}};

    private static final int VARIANTS = 6;
    /** How often other stand-ins are drawn, to find some that are all different. */
    private static final int MANY = 1000;

    private final List<Graph> variants;
    private final List<Symbol> symbols;
    /** The stand-ins of the lengths that the data decides, which are the first outputs of the graphs. */
    private final List<int[]> measured;
    /** The last outputs of the graphs: new values of states, by the states' paths. */
    private final Map<String, TensorType> states;

    private final Map<Node, Node[]> twins = new IdentityHashMap<>();
    private final Map<Node, Scope> scopes = new IdentityHashMap<>();

    /** The values of one graph by the lengths of their axes, to find where a length can be read off. */
    private static final class Scope {
        final Map<List<Long>, Dim> first = new LinkedHashMap<>();
        final Map<Node, Integer> position = new IdentityHashMap<>();
    }

    private DynamicGraph(
            List<Graph> variants, List<Symbol> symbols, List<int[]> measured, Map<String, TensorType> states) {
        this.variants = variants;
        this.symbols = symbols;
        this.measured = measured;
        this.states = states;
        match(variants);
    }

    /** A graph whose shapes are all known. */
    public static DynamicGraph of(Graph graph) {
        return new DynamicGraph(List.of(graph), List.of(), List.of(), Map.of());
    }

    /**
     * A model's prediction.
     *
     * @param rewritten whether the graph is made cheaper first; the weights then go through formulas that are constant
     * @throws UnsupportedModelException if its shapes follow from its inputs in a way that no formula is found for
     */
    public static DynamicGraph of(Model model, boolean rewritten) {
        RuntimeException first = null;
        int unknown = unknownAxes(model);
        // Each unknown axis has a length of its own, unless the layers want them to be the same.
        for (boolean shared : unknown < 2 ? new boolean[] {true} : new boolean[] {false, true}) {
            for (int[][] lengths : unknown == 0 ? new int[][][] {LENGTHS[0]} : LENGTHS) {
                for (int[] batches : BATCHES) {
                    for (int[] range : MEASURED) {
                        StandIns tried = new StandIns(batches, lengths, shared, range);
                        try {
                            return new Tracing(model, tried).graph(rewritten);
                        } catch (ShapeException | UnsupportedModelException e) {
                            if (first == null) first = e;
                        }
                        if (tried.series.isEmpty()) break;
                    }
                }
            }
        }
        Objects.requireNonNull(first);
        if (unknown == 0 && first instanceof ShapeException) {
            DynamicGraph fixed = ofOneBatch(model, rewritten);
            if (fixed != null) return fixed;
        }
        throw first instanceof UnsupportedModelException u
                ? u
                : new UnsupportedModelException(String.valueOf(first.getMessage()));
    }

    /** A model whose layers take one batch size alone, or that and a single row, which broadcasts; null if they take none. */
    private static @Nullable DynamicGraph ofOneBatch(Model model, boolean rewritten) {
        List<Integer> batches = new ArrayList<>();
        DynamicGraph found = null;
        for (int batch = 1; batch <= LARGEST_FIXED_BATCH; batch++) {
            int[] same = new int[VARIANTS];
            Arrays.fill(same, batch);
            try {
                found = new Tracing(model, new StandIns(same, LENGTHS[0], true, MEASURED[0])).graph(rewritten);
                batches.add(batch);
            } catch (ShapeException e) {
                // not this one
            }
        }
        batches.remove(Integer.valueOf(batches.size() == 2 ? 1 : 0));
        if (batches.size() > 1)
            throw new UnsupportedModelException("the model takes but some batches, of " + batches
                    + " rows, which depends on its layers in a way that has no formula; give its inputs a fixed batch");
        return found;
    }

    private static int unknownAxes(Model model) {
        int n = 0;
        for (InputSpec s : model.inputs())
            for (int i = 1; i < s.shape().rank(); i++) if (s.shape().dim(i) == Shape.UNKNOWN) n++;
        return n;
    }

    /** The lengths to trace at: those of each variant. */
    private static final class StandIns {
        final int[] batches;
        private final int[][] lengths;
        final boolean shared;
        private final int[] range;
        /** Of lengths that the data decides, in the order in which the layers ask; no two are alike. */
        final List<int[]> series = new ArrayList<>();

        StandIns(int[] batches, int[][] lengths, boolean shared, int[] range) {
            this.batches = batches;
            this.lengths = lengths;
            this.shared = shared;
            this.range = range;
        }

        boolean isOneBatch() {
            return Arrays.stream(batches).allMatch(b -> b == batches[0]);
        }

        int length(int axis, int variant) {
            return lengths[shared ? 0 : axis % lengths.length][variant];
        }

        int measured(int i, int variant) {
            while (series.size() <= i) series.add(another());
            return series.get(i)[variant];
        }

        private int[] another() {
            SplittableRandom random = new SplittableRandom(series.size());
            for (int tries = 0; true; tries++) {
                int[] r = random.ints(VARIANTS, range[0], range[1] + 1).toArray();
                if (r[0] == r[1]) continue; // formulas are found by the first two
                // Where two lengths are one number in one variant alone, nodes may become one there alone.
                if (tries < MANY ? isNew(r) : series.stream().noneMatch(s -> Arrays.equals(s, r))) return r;
            }
        }

        private boolean isNew(int[] r) {
            for (int k = 0; k < VARIANTS; k++) {
                int variant = k;
                if (r[k] == batches[k]
                        || Arrays.stream(lengths).anyMatch(l -> l[variant] == r[variant])
                        || series.stream().anyMatch(s -> s[variant] == r[variant])) return false;
            }
            return true;
        }
    }

    /** Runs through a model's layers, once for each variant. */
    private static final class Tracing {
        private final Model model;
        private final StandIns standIns;
        private final List<Symbol> symbols = new ArrayList<>();
        private int measured = -1;
        private @Nullable Map<String, TensorType> states;

        Tracing(Model model, StandIns standIns) {
            this.model = model;
            this.standIns = standIns;
        }

        DynamicGraph graph(boolean rewritten) {
            List<Graph> variants = new ArrayList<>();
            for (int k = 0; k < VARIANTS; k++) {
                Graph graph = variant(k);
                variants.add(rewritten ? Rewrites.apply(graph) : graph);
                if (measured == 0 && (symbols.isEmpty() || standIns.isOneBatch())) break;
            }
            return new DynamicGraph(
                    variants,
                    standIns.isOneBatch() ? List.of() : List.copyOf(symbols),
                    List.copyOf(standIns.series),
                    Objects.requireNonNull(states));
        }

        private Graph variant(int k) {
            List<TensorType> types = types(k);
            Measuring numbers = new Measuring(k);
            Trace trace = model.trace(types, false, numbers);
            if (trace.graph().parameters().size() > types.size())
                throw new UnsupportedModelException("the model's predictions are random");
            if (measured >= 0 && measured != numbers.asked.size())
                throw new UnsupportedModelException("the model asks for other lengths at other input shapes");
            measured = numbers.asked.size();
            states(trace);
            List<Value> outputs = new ArrayList<>(numbers.asked);
            outputs.addAll(trace.graph().outputs());
            outputs.addAll(trace.updates().values());
            return new Graph(trace.graph().parameters(), outputs);
        }

        private List<TensorType> types(int k) {
            List<TensorType> types = new ArrayList<>();
            int unknown = 0;
            for (int p = 0; p < model.inputs().size(); p++) {
                InputSpec spec = model.inputs().get(p);
                if (spec.anyRank())
                    throw new UnsupportedModelException("input \"" + spec.name() + "\" may have any number of axes");
                int[] d = spec.shape().toArray();
                for (int i = 0; i < d.length; i++) {
                    if (d[i] != Shape.UNKNOWN) continue;
                    boolean own = i > 0 && !standIns.shared;
                    d[i] = i == 0 ? standIns.batches[k] : standIns.length(unknown, k);
                    String name = i == 0 ? "batch" : own ? "length_" + unknown : "length";
                    if (i > 0) unknown++;
                    if (k == 0
                            && (own || symbols.stream().noneMatch(s -> s.name().equals(name))))
                        symbols.add(new Symbol(name, p, i));
                }
                types.add(new TensorType(spec.dtype(), Shape.of(d)));
            }
            return types;
        }

        private void states(Trace trace) {
            Map<String, TensorType> found = new LinkedHashMap<>();
            trace.updates().forEach((path, value) -> found.put(path, value.type()));
            if (states != null && !states.equals(found))
                throw new UnsupportedModelException(
                        "the model's states " + found.keySet() + " go with the batch; give its inputs a fixed one");
            states = found;
        }

        private final class Measuring implements Trace.Numbers {
            private final int variant;
            final List<Value> asked = new ArrayList<>();

            Measuring(int variant) {
                this.variant = variant;
            }

            @Override
            public int length(Value number) {
                asked.add(number);
                return standIns.measured(asked.size() - 1, variant);
            }

            @Override
            public int other(Value number) {
                return Trace.UNKNOWN.other(number);
            }
        }
    }

    /**
     * The graph at one set of lengths: its structure, its types and what does not depend on lengths hold for all. Beside the model's outputs it has
     * the lengths that the data decides, first, and the new values of states, last.
     */
    public Graph graph() {
        return variants.get(0);
    }

    /** What the model predicts. */
    public List<Value> outputs() {
        List<Value> all = graph().outputs();
        return all.subList(measured.size(), all.size() - states.size());
    }

    /** The new values of states that go from call to call, by the states' paths. */
    public Map<String, Value> updates() {
        Map<String, Value> r = new LinkedHashMap<>();
        List<Value> all = graph().outputs();
        int at = all.size() - states.size();
        for (String path : states.keySet()) r.put(path, all.get(at++));
        return r;
    }

    public List<Symbol> symbols() {
        return symbols;
    }

    // What is alike

    private void match(List<Graph> graphs) {
        List<List<Node>> nodes = graphs.stream().map(DynamicGraph::allNodes).toList();
        for (List<Node> other : nodes) {
            if (other.size() != nodes.get(0).size())
                throw new UnsupportedModelException("the model does other things at other input shapes");
        }
        Scope scope = new Scope();
        List<Map<Node, Integer>> number = new ArrayList<>();
        for (List<Node> list : nodes) {
            Map<Node, Integer> m = new IdentityHashMap<>();
            for (int i = 0; i < list.size(); i++) m.put(list.get(i), i);
            number.add(m);
        }
        for (int i = 0; i < nodes.get(0).size(); i++) {
            Node[] same = new Node[graphs.size()];
            for (int k = 0; k < same.length; k++) same[k] = nodes.get(k).get(i);
            for (int k = 1; k < same.length; k++) {
                if (!alike(same[0], same[k], number.get(0), number.get(k))) throw differs(same[0]);
            }
            twins.put(same[0], same);
            scopes.putIfAbsent(same[0], scope);
            scope.position.put(same[0], i);
            bodies(same);
            for (int o = 0; o < same[0].types().size(); o++) addDims(scope, same, o);
        }
        for (int k = 0; k < graphs.size(); k++) {
            Graph g = graphs.get(k);
            for (int o = 0; o < g.outputs().size(); o++) {
                Value a = graphs.get(0).outputs().get(o), b = g.outputs().get(o);
                if (a.index() != b.index()
                        || !Objects.equals(
                                number.get(0).get(a.node()), number.get(k).get(b.node())))
                    throw new UnsupportedModelException("the model's outputs are other ones at other input shapes");
            }
        }
    }

    /** Every node and parameter. */
    private static List<Node> allNodes(Graph g) {
        List<Node> nodes = new ArrayList<>();
        for (Value p : g.parameters()) nodes.add(p.node());
        for (Node n : g.nodes()) if (g.parameters().stream().noneMatch(p -> p.node() == n)) nodes.add(n);
        return nodes;
    }

    private void addDims(Scope scope, Node[] same, int output) {
        int rank = same[0].types().get(output).shape().rank();
        for (int axis = 0; axis < rank; axis++) {
            int a = axis;
            List<Long> lengths = Arrays.stream(same)
                    .map(n -> (long) n.types().get(output).shape().dim(a))
                    .toList();
            scope.first.putIfAbsent(lengths, new Dim(same[0].output(output), axis));
        }
    }

    private void bodies(Node[] same) {
        switch (same[0].op()) {
            case Op.Scan s -> matchAll(same, op -> ((Op.Scan) op).body());
            case Op.While w -> {
                matchAll(same, op -> ((Op.While) op).condition());
                matchAll(same, op -> ((Op.While) op).body());
            }
            case Op.If i -> {
                matchAll(same, op -> ((Op.If) op).then());
                matchAll(same, op -> ((Op.If) op).otherwise());
            }
            default -> {}
        }
    }

    private void matchAll(Node[] same, java.util.function.Function<Op, Graph> body) {
        match(Arrays.stream(same).map(n -> body.apply(n.op())).toList());
    }

    private static boolean alike(Node a, Node b, Map<Node, Integer> numberA, Map<Node, Integer> numberB) {
        if (a.inputs().size() != b.inputs().size()
                || a.types().size() != b.types().size()
                || a.op().getClass() != b.op().getClass()) return false;
        for (int i = 0; i < a.inputs().size(); i++) {
            Value x = a.input(i), y = b.input(i);
            if (x.index() != y.index()
                    || !Objects.equals(numberA.get(x.node()), numberB.get(y.node()))
                    || x.rank() != y.rank()) return false;
        }
        return alike(a.op(), b.op());
    }

    /** Whether two operations are the same but for lengths. */
    private static boolean alike(Op a, Op b) {
        return switch (a) {
            case Op.Reshape r -> r.shape().rank() == ((Op.Reshape) b).shape().rank();
            case Op.Broadcast r ->
                r.shape().rank() == ((Op.Broadcast) b).shape().rank();
            case Op.Slice s -> s.strides().equals(((Op.Slice) b).strides());
            case Op.Pad p -> p.value() == ((Op.Pad) b).value() && p.interior().equals(((Op.Pad) b).interior());
            case Op.Conv c -> c.groups() == ((Op.Conv) b).groups() && alike(c.window(), ((Op.Conv) b).window());
            case Op.ConvInputGradient c ->
                c.groups() == ((Op.ConvInputGradient) b).groups()
                        && alike(c.window(), ((Op.ConvInputGradient) b).window());
            case Op.ConvKernelGradient c ->
                c.groups() == ((Op.ConvKernelGradient) b).groups()
                        && alike(c.window(), ((Op.ConvKernelGradient) b).window());
            case Op.Pool p ->
                p.max() == ((Op.Pool) b).max()
                        && p.size().equals(((Op.Pool) b).size())
                        && alike(p.window(), ((Op.Pool) b).window());
            case Op.PoolGradient p ->
                p.max() == ((Op.PoolGradient) b).max()
                        && p.size().equals(((Op.PoolGradient) b).size())
                        && alike(p.window(), ((Op.PoolGradient) b).window());
            case Op.Iota i ->
                i.axis() == ((Op.Iota) b).axis()
                        && i.type().dtype() == ((Op.Iota) b).type().dtype()
                        && i.type().shape().rank()
                                == ((Op.Iota) b).type().shape().rank();
            case Op.Random r -> r.normal() == ((Op.Random) b).normal();
            case Op.Parameter p -> p.name().equals(((Op.Parameter) b).name());
            case Op.Constant c -> alike(c.tensor(), ((Op.Constant) b).tensor());
            case Op.Scan s -> {
                Op.Scan t = (Op.Scan) b;
                yield s.carries() == t.carries()
                        && s.sequences() == t.sequences()
                        && s.axis() == t.axis()
                        && s.reverse() == t.reverse();
            }
            case Op.ScatterAdd s -> true;
            case Op.While w -> true;
            case Op.If i -> true;
            case Op.Custom c ->
                c.function().getClass() == ((Op.Custom) b).function().getClass();
            default -> a.equals(b);
        };
    }

    private static boolean alike(Op.Window a, Op.Window b) {
        return a.strides().equals(b.strides()) && a.dilations().equals(b.dilations());
    }

    /** Single numbers may follow from lengths; tables may not. */
    private static boolean alike(Tensor a, Tensor b) {
        return a == b || a.dtype() == b.dtype() && (a.size() == 1 && b.size() == 1 || a.equals(b));
    }

    private static UnsupportedModelException differs(Node n) {
        return new UnsupportedModelException(place(n)
                + "depends on the lengths of the input in a way that has no formula (a "
                + n.op().getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT)
                + "). Give the model's inputs fixed shapes");
    }

    /** {@code layer "x": }, to begin a message with. */
    public static String place(Node n) {
        return n.origin().isEmpty() ? "" : "layer \"" + n.origin() + "\" ";
    }

    // What differs

    /** Whether something is the same at every input shape. */
    public boolean isFixed(Node n, java.util.function.Function<Node, ?> what) {
        Object first = what.apply(n);
        for (Node other : twin(n)) if (!Objects.equals(first, what.apply(other))) return false;
        return true;
    }

    /** Whether a claim holds at every input shape. */
    public boolean always(Node n, java.util.function.Predicate<Node> claim) {
        return Arrays.stream(twin(n)).allMatch(claim);
    }

    private Node[] twin(Node n) {
        return Objects.requireNonNull(twins.get(n), () -> "not of this graph: " + n);
    }

    /** The lengths of a value's axes. */
    public List<Length> shape(Value v) {
        List<Length> r = new ArrayList<>();
        for (int i = 0; i < v.rank(); i++) {
            int axis = i;
            r.add(length(v.node(), n -> n.output(v.index()).shape().dim(axis)));
        }
        return r;
    }

    /** The numbers of an operation that may follow from lengths, beside its types. */
    static Object numbers(Node n) {
        return switch (n.op()) {
            case Op.Slice s -> s.starts();
            case Op.Pad p -> List.of(p.low(), p.high());
            case Op.Conv c -> c.window();
            case Op.ConvInputGradient c -> c.window();
            case Op.ConvKernelGradient c -> c.window();
            case Op.Pool p -> p.window();
            case Op.PoolGradient p -> p.window();
            case Op.Custom c -> c.function();
            default -> "";
        };
    }

    /** One length for each entry of a list that belongs to a node. */
    public List<Length> lengths(Node n, java.util.function.Function<Node, List<Integer>> numbers) {
        List<Length> r = new ArrayList<>();
        for (int i = 0; i < numbers.apply(n).size(); i++) {
            int at = i;
            r.add(length(n, m -> numbers.apply(m).get(at)));
        }
        return r;
    }

    /**
     * A number that belongs to a node.
     *
     * @throws UnsupportedModelException if it differs and no formula is found
     */
    public Length length(Node n, ToLongFunction<Node> number) {
        Node[] same = twin(n);
        long[] v = Arrays.stream(same).mapToLong(number).toArray();
        if (Arrays.stream(v).allMatch(x -> x == v[0])) return new Fixed(v[0]);
        Length found = find(v, n);
        if (found == null) throw differs(n);
        return found;
    }

    /** The whole number that a constant holds, which follows from lengths. */
    public Length number(Node constant) {
        return length(constant, m -> {
            double x = ((Op.Constant) m.op()).tensor().item();
            if (x == Math.rint(x)) return (long) x;
            throw new UnsupportedModelException(
                    place(constant) + "computes with a number that follows from the input's lengths");
        });
    }

    private record Known(Atom atom, long[] lengths) {}

    private @Nullable Length find(long[] v, Node n) {
        List<Known> known = new ArrayList<>();
        for (Symbol s : symbols) {
            known.add(new Known(
                    s,
                    variants.stream()
                            .mapToLong(g ->
                                    g.parameters().get(s.parameter()).shape().dim(s.axis()))
                            .toArray()));
        }
        for (int i = 0; i < measured.size(); i++) {
            known.add(new Known(
                    new Measured(graph().outputs().get(i)),
                    Arrays.stream(measured.get(i)).asLongStream().toArray()));
        }
        int own = known.size();
        for (int i = 0; i < own; i++) {
            Length r = affine(v, known.get(i));
            if (r != null) return r;
        }
        Scope scope = Objects.requireNonNull(scopes.get(n));
        int before = Objects.requireNonNull(scope.position.get(n));
        scope.first.forEach((lengths, dim) -> {
            if (Objects.requireNonNull(scope.position.get(dim.value().node())) < before)
                known.add(new Known(
                        dim, lengths.stream().mapToLong(Long::longValue).toArray()));
        });
        for (Known k : known) if (Arrays.equals(k.lengths, v)) return Computed.of(k.atom);
        for (int i = 0; i < known.size(); i++) {
            for (int j = i; j < known.size(); j++) {
                Length r = product(v, known.get(i), known.get(j));
                if (r != null) return r;
            }
        }
        for (int i = own; i < known.size(); i++) {
            Length r = affine(v, known.get(i));
            if (r != null) return r;
        }
        for (long divisor = 2; divisor <= LARGEST_DIVISOR; divisor++) {
            for (int i = 0; i < own; i++) {
                Length r = quotient(v, known.get(i), divisor);
                if (r != null) return r;
            }
        }
        if (own >= 2) {
            for (int i = 0; i < own; i++)
                for (int j = i + 1; j < own; j++)
                    for (Known k : known) {
                        Length r = product(v, known.get(i), known.get(j), k);
                        if (r != null) return r;
                    }
        }
        return null;
    }

    /** {@code factor · a + offset}. */
    private static @Nullable Length affine(long[] v, Known a) {
        long da = a.lengths[1] - a.lengths[0];
        if (da == 0 || (v[1] - v[0]) % da != 0) return null;
        long factor = (v[1] - v[0]) / da, offset = v[0] - factor * a.lengths[0];
        return factor != 0 && fits(v, k -> factor * a.lengths[k] + offset)
                ? new Computed(List.of(a.atom), factor, offset, 1)
                : null;
    }

    private static @Nullable Length product(long[] v, Known... factors) {
        long all = 1;
        for (Known k : factors) all *= k.lengths[0];
        if (all == 0 || v[0] % all != 0) return null;
        long factor = v[0] / all;
        boolean varies = false;
        for (Known k : factors) varies |= Arrays.stream(k.lengths).anyMatch(x -> x != k.lengths[0]);
        return varies
                        && factor != 0
                        && fits(v, i -> {
                            long p = factor;
                            for (Known k : factors) p *= k.lengths[i];
                            return p;
                        })
                ? new Computed(Arrays.stream(factors).map(Known::atom).toList(), factor, 0, 1)
                : null;
    }

    /** {@code floor((a + offset) / divisor)}, if the stand-ins leave no doubt about the offset. */
    private static @Nullable Length quotient(long[] v, Known a, long divisor) {
        long low = Long.MIN_VALUE, high = Long.MAX_VALUE;
        for (int k = 0; k < v.length; k++) {
            low = Math.max(low, v[k] * divisor - a.lengths[k]);
            high = Math.min(high, v[k] * divisor + divisor - 1 - a.lengths[k]);
        }
        return low == high ? new Computed(List.of(a.atom), 1, low, divisor) : null;
    }

    private static boolean fits(long[] v, UnaryOperatorOfLongs formula) {
        for (int k = 0; k < v.length; k++) if (formula.at(k) != v[k]) return false;
        return true;
    }

    private interface UnaryOperatorOfLongs {
        long at(int k);
    }
}
