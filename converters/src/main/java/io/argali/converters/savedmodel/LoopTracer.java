package io.argali.converters.savedmodel;

import io.argali.loader.ModelFormatException;
import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Loops;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.plan.CpuBackend;
import io.argali.runtime.plan.Executable;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * TensorFlow's while loops. Where counters alone decide when a loop ends, as in Keras' recurrent layers, their values are worked out first:
 * the loop becomes a scan, a list that it reads by a counter becomes a sequence, one that it fills becomes the scan's stack. Other loops stay
 * loops, their lists become tensors.
 */
final class LoopTracer {
    private static final int MOST_STEPS = 1 << 20;
    private static final int MOST_COUNTED = 16;
    /** Steps of a loop that is traced one by one. */
    private static final int MOST_UNROLLED = 1 << 10;

    /** Thrown where a list that a loop carries is used in a way that only a tensor can follow. */
    static final class NeedsTensor extends RuntimeException {
        private static final long serialVersionUID = 1;

        final int variable;

        NeedsTensor(int variable) {
            super(null, null, false, false);
            this.variable = variable;
        }
    }

    /** Thrown where a list grows, in a loop whose number of steps is not known. */
    static final class GrowingList extends RuntimeException {
        private static final long serialVersionUID = 1;

        GrowingList() {
            super(null, null, false, false);
        }
    }

    /** Thrown where one graph cannot stand for all steps of a loop: a length depends on what a step carries, or a shape differs from step to step. */
    private static final class Uneven extends RuntimeException {
        private static final long serialVersionUID = 1;

        final String path;

        Uneven(String path) {
            super(null, null, false, false);
            this.path = path;
        }
    }

    private final Call call;
    private final Body condition;
    private final Body body;
    /** What the loop carries: what it is given, then the values of the variables that it changes. */
    private final List<Item> given;

    private final List<Item.Handle> changed;
    /** What a step passes on as it came. */
    private final boolean[] fixed;
    /** Lists that are carried as tensors, with the type of their elements. */
    private final Map<Integer, TensorType> tensors = new HashMap<>();
    /** What stands for values of one step. */
    private final Set<Node> ofSteps = new HashSet<>();

    private LoopTracer(Call call) {
        this.call = call;
        condition = call.tracer().program().function(call.function("cond"));
        body = call.tracer().program().function(call.function("body"));
        int own = call.count();
        if (body.parameters().size() != own || body.results().size() != own)
            throw new ModelFormatException(
                    "carries " + own + " values, its body " + body.parameters().size());
        changed = changed();
        given = new ArrayList<>(call.inputs());
        for (Item.Handle h : changed)
            given.add(new Item.Dense(call.tracer().state().read(h)));
        fixed = new boolean[given.size()];
        for (int i = 0; i < own; i++) {
            fixed[i] = body.argumentOf(body.results().get(i)) == i || given.get(i) instanceof Item.Handle;
        }
    }

    static List<Item> loop(Call c) {
        Program program = c.tracer().program();
        if (program.functionHasEffect(c.function("cond")))
            throw new ShapeException("a loop whose condition changes a variable or table is not supported");
        try {
            return counted(c);
        } catch (Uneven e) {
            if (!e.path.equals(c.path())) throw e; // a loop around this one
            return unrolled(c);
        } catch (GrowingList e) {
            return unrolled(c);
        }
    }

    /** A loop, with its counters as the data has them where a list grows by them. */
    private static List<Item> counted(Call c) {
        try {
            return traced(c);
        } catch (GrowingList e) {
            return traced(c.with(c.inputs().stream().map(i -> counted(c, i)).toList()));
        }
    }

    /** Step by step, each with its own shapes; where the data decides when the loop ends, it is asked before each step. */
    private static List<Item> unrolled(Call c) {
        Tracer tracer = c.tracer();
        String condition = c.function("cond"), body = c.function("body");
        List<Item> now = c.inputs();
        for (int steps = 0; ; steps++) {
            Value goesOn = dense(tracer.call(condition, now, c.path()).getFirst());
            if (tracer.ints(goesOn.cast(DType.BOOL).cast(DType.INT32))[0] == 0) return now;
            if (steps == MOST_UNROLLED)
                throw new ShapeException("a loop of more than " + MOST_UNROLLED
                        + " steps whose shapes differ from step to step is not supported");
            now = tracer.call(body, now, c.path());
        }
    }

    /** Whole numbers as the data has them. */
    private static Item counted(Call c, Item item) {
        if (!(item instanceof Item.Dense d)) return item;
        Value v = d.value();
        if (!v.dtype().isInteger() || v.rank() > 1 || v.shape().size() > MOST_COUNTED) return item;
        int[] numbers = c.tracer().ints(v);
        Tensor n = Tensor.of(numbers, numbers.length).reshape(v.shape()).cast(v.dtype());
        return new Item.Dense(Value.constant(n));
    }

    private static List<Item> traced(Call c) {
        LoopTracer t = new LoopTracer(c);
        for (int tries = 0; tries <= c.count(); tries++) {
            try {
                Counters counters = t.counters();
                return t.assigned(counters == null ? t.plainLoop() : t.scan(counters));
            } catch (NeedsTensor e) {
                t.tensors.put(e.variable, t.elementType(e.variable));
            }
        }
        throw new Uneven(c.path());
    }

    // Variables

    private List<Item.Handle> changed() {
        Program program = call.tracer().program();
        if (!program.functionHasEffect(body.name())) return List.of();
        Map<String, String> keys = new HashMap<>();
        for (int i = 0; i < call.count(); i++)
            if (call.item(i) instanceof Item.Handle h)
                keys.put(body.parameters().get(i), h.key());
        return Assignments.of(program, body, keys).stream()
                .sorted()
                .map(key -> new Item.Handle(key, Item.Handle.Kind.VARIABLE))
                .toList();
    }

    /** Variables as one step has them: those that the loop changes are carried. */
    private final class Variables implements State {
        private final State around = call.tracer().state();
        private final Map<String, Item> now = new HashMap<>();

        Variables(List<Item> values) {
            for (int i = 0; i < values.size(); i++) now.put(changed.get(i).key(), values.get(i));
        }

        List<Item> values() {
            return changed.stream()
                    .map(h -> Objects.requireNonNull(now.get(h.key())))
                    .toList();
        }

        @Override
        public Value read(Item.Handle variable) {
            Item own = now.get(variable.key());
            return own == null ? around.read(variable) : dense(own);
        }

        @Override
        public void assign(Item.Handle variable, Item value) {
            if (!now.containsKey(variable.key())) throw ResourceOps.changes(variable);
            now.put(variable.key(), value);
        }

        @Override
        public void declare(Item.Handle variable, DType dtype, @Nullable Shape shape) {
            around.declare(variable, dtype, shape);
        }

        @Override
        public Table table(Item.Handle table) {
            return around.table(table);
        }

        @Override
        public void fill(Item.Handle table, Item keys, Item values) {
            throw new Uneven(call.path());
        }

        @Override
        public int numberOf(Value number) {
            boolean ofStep =
                    new Graph(List.of(), List.of(number)).nodes().stream().anyMatch(ofSteps::contains);
            if (ofStep) throw new Uneven(call.path());
            return around.numberOf(number);
        }

        @Override
        public Value random(boolean normal, Shape shape) {
            return around.random(normal, shape);
        }

        @Override
        public @Nullable String asset(String node) {
            return around.asset(node);
        }
    }

    /** What the loop gives, after its variables have been assigned. */
    private List<Item> assigned(List<Item> items) {
        for (int i = 0; i < changed.size(); i++)
            call.tracer().state().assign(changed.get(i), items.get(call.count() + i));
        return items.subList(0, call.count());
    }

    // Counters

    /** The loop variables that the end of the loop depends on, with their value in each step and after the last. */
    private record Counters(int steps, Map<Integer, Tensor[]> values) {}

    private @Nullable Counters counters() {
        List<Item> arguments = new ArrayList<>(given);
        Map<Node, Integer> variables = new HashMap<>();
        List<Value> parameters = new ArrayList<>(java.util.Collections.nCopies(given.size(), null));
        for (int i = 0; i < given.size(); i++) {
            if (fixed[i] || !(given.get(i) instanceof Item.Dense d)) continue;
            Value p = parameter("counter", d.value().type());
            parameters.set(i, p);
            variables.put(p.node(), i);
            arguments.set(i, new Item.Dense(p));
        }
        Value goesOn = dense(condition(arguments));
        Map<Integer, Value> next = new LinkedHashMap<>();
        Set<Integer> wanted = needed(goesOn, variables);
        while (wanted != null && !next.keySet().containsAll(wanted)) {
            for (int i : List.copyOf(wanted)) {
                if (next.containsKey(i)) continue;
                if (!isCount(given.get(i))) return null;
                Value v;
                try {
                    v = dense(step(arguments, i));
                } catch (NeedsTensor | Uneven | ShapeException e) {
                    return null; // it depends on more than counters
                }
                next.put(i, v);
                Set<Integer> more = needed(v, variables);
                if (more == null) return null;
                wanted.addAll(more);
            }
        }
        return wanted == null ? null : run(goesOn, next, parameters);
    }

    private boolean isCount(Item item) {
        return item instanceof Item.Dense d
                && d.value().shape().size() == 1
                && !d.value().dtype().isFloating()
                && call.tracer().constants().find(d.value()) != null;
    }

    /** The loop variables that a value depends on; null if it depends on something else that is not known. */
    private static @Nullable Set<Integer> needed(Value v, Map<Node, Integer> variables) {
        Set<Integer> r = new LinkedHashSet<>();
        for (Node n : new Graph(List.of(), List.of(v)).nodes()) {
            Integer i = variables.get(n);
            if (i != null) r.add(i);
            else if (n.op() instanceof Op.Parameter || n.op() instanceof Op.Variable || n.op() instanceof Op.Random)
                return null;
        }
        return r;
    }

    private @Nullable Counters run(Value goesOn, Map<Integer, Value> next, List<Value> parameters) {
        List<Integer> order = List.copyOf(next.keySet());
        List<Value> inputs = new ArrayList<>(), outputs = new ArrayList<>(List.of(goesOn));
        List<Tensor> now = new ArrayList<>();
        for (int i : order) {
            inputs.add(parameters.get(i));
            outputs.add(Objects.requireNonNull(next.get(i)));
            now.add(Objects.requireNonNull(call.tracer().constants().find(dense(given.get(i)))));
        }
        Executable step = CpuBackend.withThreads(1)
                .compiler(path -> {
                    throw new IllegalStateException(path);
                })
                .compile(new Graph(inputs, outputs));
        Map<Integer, List<Tensor>> seen = new LinkedHashMap<>();
        for (int i : order) seen.put(i, new ArrayList<>());
        int steps = 0;
        while (true) {
            for (int i = 0; i < order.size(); i++)
                Objects.requireNonNull(seen.get(order.get(i))).add(now.get(i));
            Tensor[] r = step.run(now);
            if (r[0].item() == 0) break;
            // Nothing but the shapes of its values can end it.
            if (order.isEmpty()) throw new Uneven(call.path());
            if (++steps > MOST_STEPS)
                throw new ShapeException("a loop of more than " + MOST_STEPS + " steps is too long");
            now = List.of(Arrays.copyOfRange(r, 1, r.length));
        }
        Map<Integer, Tensor[]> values = new LinkedHashMap<>();
        seen.forEach((i, list) -> values.put(i, list.toArray(new Tensor[0])));
        return new Counters(steps, values);
    }

    // Scans

    /** A sequence that the body reads by a counter: its element in a step. */
    private record Sequence(Value tensor, Value element) {}

    private List<Item> scan(Counters counters) {
        int n = counters.steps;
        if (n == 0) return given;
        Map<Value, Tensor[]> counterParameters = new HashMap<>();
        List<Item> arguments = new ArrayList<>(given);
        Map<Integer, Value> carried = new LinkedHashMap<>(); // by loop variable: the parameter
        for (int i = 0; i < given.size(); i++) {
            if (fixed[i]) continue;
            Tensor[] known = counters.values.get(i);
            if (known != null) {
                Value p = parameter("counter", known[0].type());
                counterParameters.put(p, known);
                arguments.set(i, new Item.Dense(p));
            } else {
                arguments.set(i, carry(i, carried));
            }
        }
        Map<Value, Sequence> sequences = new LinkedHashMap<>();
        List<Item> results = call.tracer()
                .insideLoop(
                        (tensor, index) -> {
                            Tensor[] at = counterParameters.get(index);
                            if (at == null || madeInside(tensor, arguments)) return null;
                            int[] order = order(at, n);
                            if (order == null
                                    || order[0] < 0
                                    || last(order) >= tensor.shape().dim(0)) return null;
                            Value whole = order[0] == 0 && n == tensor.shape().dim(0)
                                    ? tensor
                                    : tensor.slice(0, order[0], order[0] + n);
                            return sequences.computeIfAbsent(
                                            tensor,
                                            t -> new Sequence(
                                                    whole,
                                                    parameter(
                                                            "element",
                                                            new TensorType(
                                                                    t.dtype(),
                                                                    t.shape().without(0)))))
                                    .element;
                        },
                        () -> step(arguments));
        return assemble(n, counters, counterParameters, carried, sequences, results);
    }

    /** Whether a tensor depends on what changes from step to step. */
    private boolean madeInside(Value tensor, List<Item> arguments) {
        Set<Node> own = new HashSet<>();
        for (int i = 0; i < given.size(); i++) {
            if (fixed[i]) continue;
            if (arguments.get(i) instanceof Item.Dense d) own.add(d.value().node());
            if (arguments.get(i) instanceof Item.Rows r) own.add(r.tensor().node());
        }
        return new Graph(List.of(), List.of(tensor)).nodes().stream().anyMatch(own::contains);
    }

    /** The counter's values, if each is one more than the one before. */
    private static int @Nullable [] order(Tensor[] values, int n) {
        int[] r = new int[n];
        for (int i = 0; i < n; i++) {
            r[i] = (int) values[i].toLongArray()[0];
            if (i > 0 && r[i] != r[i - 1] + 1) return null;
        }
        return r;
    }

    private static int last(int[] a) {
        return a[a.length - 1];
    }

    private Value parameter(String name, TensorType type) {
        Value p = Value.parameter(name, type);
        ofSteps.add(p.node());
        return p;
    }

    private Item carry(int i, Map<Integer, Value> carried) {
        return switch (given.get(i)) {
            case Item.Dense d -> {
                Value p = parameter("carry", d.value().type());
                carried.put(i, p);
                yield new Item.Dense(p);
            }
            case Item.Elements e when tensors.containsKey(i) -> tensor(i, carried);
            case Item.Rows r when tensors.containsKey(i) -> tensor(i, carried);
            case Item.Elements e -> new Item.Carried(i, e.values().size());
            case Item.Rows r -> new Item.Carried(i, r.tensor().shape().dim(0));
            default -> throw new ShapeException("a loop that carries such a value is not supported");
        };
    }

    private Item tensor(int i, Map<Integer, Value> carried) {
        Value p = parameter("carry", initial(i).type());
        carried.put(i, p);
        return new Item.Rows(p);
    }

    /** A carried list's tensor before the first step. */
    private Value initial(int i) {
        return ListOps.dense(given.get(i), Value.zeros(Objects.requireNonNull(tensors.get(i))));
    }

    private List<Item> assemble(
            int n,
            Counters counters,
            Map<Value, Tensor[]> counterParameters,
            Map<Integer, Value> carried,
            Map<Value, Sequence> sequences,
            List<Item> results) {
        List<Value> parameters = new ArrayList<>(), initial = new ArrayList<>(), next = new ArrayList<>();
        List<Integer> carriedOrder = new ArrayList<>();
        List<Value> stacked = new ArrayList<>();
        Map<Integer, Integer> stackOf = new LinkedHashMap<>(), lastOf = new LinkedHashMap<>();
        carried.forEach((i, p) -> {
            parameters.add(p);
            initial.add(given.get(i) instanceof Item.Dense d ? d.value() : initial(i));
            next.add(results.get(i) instanceof Item.Dense d ? d.value() : ListOps.stack(results.get(i), null));
            carriedOrder.add(i);
        });
        for (int i = 0; i < given.size(); i++) {
            if (fixed[i] || carried.containsKey(i) || counters.values.containsKey(i)) continue;
            if (results.get(i) instanceof Item.Carried) continue; // untouched
            if (!(results.get(i) instanceof Item.Set set) || set.variable() != i) throw new NeedsTensor(i);
            int[] at = places(set.index(), counterParameters, n);
            if (at == null) throw new NeedsTensor(i);
            if (Arrays.stream(at).allMatch(a -> a == at[0])) {
                // One place that each step writes again: only the last stays.
                Value p = parameter("carry", set.value().type());
                parameters.add(p);
                initial.add(Value.zeros(set.value().type()));
                next.add(set.value());
                lastOf.put(i, next.size() - 1);
            } else {
                stackOf.put(i, stacked.size());
                stacked.add(set.value());
            }
        }
        requireAlike(initial, next);
        int carries = parameters.size();
        List<Value> tensorsOf = new ArrayList<>();
        for (Sequence s : sequences.values()) {
            parameters.add(s.element);
            tensorsOf.add(s.tensor);
        }
        List<Value> outputs = new ArrayList<>(next);
        outputs.addAll(stacked);
        Set<Node> reached = new HashSet<>(new Graph(List.of(), outputs).nodes());
        counterParameters.forEach((p, values) -> {
            if (!reached.contains(p.node())) return;
            parameters.add(p);
            tensorsOf.add(Value.constant(stack(values, n)));
        });
        Hoisting h = Hoisting.of(parameters.subList(carries, parameters.size()), tensorsOf, parameters, outputs);
        Graph step = new Graph(parameters, outputs);
        Loops.Result r = Loops.scan(initial, h.sequences(), n, 0, false, s -> {
            Map<Value, Value> now = new HashMap<>();
            for (int i = 0; i < carries; i++)
                now.put(parameters.get(i), s.carries().get(i));
            for (int i = 0; i < h.elements().size(); i++)
                now.put(h.elements().get(i), s.elements().get(i));
            List<Value> own = step.substitute(now);
            return new Loops.Step(own.subList(0, carries), own.subList(carries, own.size()));
        });
        List<Item> items = new ArrayList<>(given);
        for (int k = 0; k < carriedOrder.size(); k++) {
            int i = carriedOrder.get(k);
            Value v = r.carries().get(k);
            items.set(i, given.get(i) instanceof Item.Dense ? new Item.Dense(v) : new Item.Rows(v));
        }
        counters.values.forEach((i, values) -> items.set(i, new Item.Dense(Value.constant(values[n]))));
        stackOf.forEach(
                (i, k) -> items.set(i, placed(i, r.stacks().get(k), (Item.Set) results.get(i), counterParameters, n)));
        lastOf.forEach((i, k) -> {
            int at = Objects.requireNonNull(places(index(results.get(i)), counterParameters, n))[0];
            Item.Elements e = ListOps.elements(given.get(i));
            List<@Nullable Value> values = new ArrayList<>(e.values());
            values.set(at, r.carries().get(k));
            items.set(i, new Item.Elements(values, e.dtype(), e.elementShape()));
        });
        return items;
    }

    private static Value index(Item set) {
        return ((Item.Set) set).index();
    }

    /** The place that each step writes; null if it is not known. */
    private int @Nullable [] places(Value index, Map<Value, Tensor[]> counterParameters, int n) {
        Tensor[] counter = counterParameters.get(index);
        int[] r = new int[n];
        if (counter != null) {
            for (int i = 0; i < n; i++) r[i] = (int) counter[i].toLongArray()[0];
            return r;
        }
        Tensor known = call.tracer().constants().find(index);
        if (known == null) return null;
        Arrays.fill(r, (int) known.item());
        return r;
    }

    /** What the steps gave, at the places where they put it. */
    private Item placed(int i, Value stack, Item.Set set, Map<Value, Tensor[]> counterParameters, int n) {
        int[] at = Objects.requireNonNull(places(set.index(), counterParameters, n));
        int length = ListOps.length(given.get(i));
        if (set.grows()) length = Math.max(length, Arrays.stream(at).max().orElse(-1) + 1);
        int[] step = new int[length];
        Arrays.fill(step, -1);
        for (int k = 0; k < n; k++) {
            if (at[k] < 0 || at[k] >= length)
                throw new ShapeException("index " + at[k] + " is outside a list of " + length);
            step[at[k]] = k;
        }
        boolean inOrder = length == n;
        for (int k = 0; inOrder && k < n; k++) inOrder = step[k] == k;
        if (inOrder) return new Item.Rows(stack);
        List<@Nullable Value> values =
                new ArrayList<>(ListOps.elements(given.get(i)).values());
        while (values.size() < length) values.add(null);
        for (int k = 0; k < length; k++) if (step[k] >= 0) values.set(k, stack.at(0, step[k]));
        return new Item.Elements(values, stack.dtype(), stack.shape().without(0));
    }

    private static Tensor stack(Tensor[] values, int n) {
        Object all = Tensor.newArray(values[0].dtype(), n);
        for (int i = 0; i < n; i++) System.arraycopy(values[i].array(), 0, all, i, 1);
        return Tensor.wrap(values[0].dtype(), values[0].shape().insert(0, n), all);
    }

    private void requireAlike(List<Value> initial, List<Value> next) {
        for (int i = 0; i < initial.size(); i++)
            if (!initial.get(i).type().equals(next.get(i).type())) throw new Uneven(call.path());
    }

    // Other loops

    private List<Item> plainLoop() {
        for (int i = 0; i < given.size(); i++) {
            boolean list = given.get(i) instanceof Item.Elements || given.get(i) instanceof Item.Rows;
            if (list && !fixed[i] && !tensors.containsKey(i)) throw new NeedsTensor(i);
        }
        Map<Integer, Value> carried = new LinkedHashMap<>();
        List<Item> arguments = new ArrayList<>(given);
        for (int i = 0; i < given.size(); i++) if (!fixed[i]) arguments.set(i, carry(i, carried));
        List<Integer> order = List.copyOf(carried.keySet());
        List<Value> initial = new ArrayList<>();
        for (int i : order) initial.add(given.get(i) instanceof Item.Dense d ? d.value() : initial(i));
        List<Value> parameters = List.copyOf(carried.values());
        List<Item> results = step(arguments);
        List<Value> next = new ArrayList<>();
        for (int i : order)
            next.add(results.get(i) instanceof Item.Dense d ? d.value() : ListOps.stack(results.get(i), null));
        requireAlike(initial, next);
        Value goesOn = dense(condition(arguments)).cast(DType.BOOL).reshape(Shape.SCALAR);
        List<Value> r = Loops.repeat(initial, parameters, goesOn, next);
        List<Item> items = new ArrayList<>(given);
        for (int k = 0; k < order.size(); k++) {
            int i = order.get(k);
            items.set(i, given.get(i) instanceof Item.Dense ? new Item.Dense(r.get(k)) : new Item.Rows(r.get(k)));
        }
        return items;
    }

    /** The type of a carried list's elements: what a step puts into it. */
    private TensorType elementType(int variable) {
        Map<Integer, Value> carried = new LinkedHashMap<>();
        Item list = given.get(variable);
        if (list instanceof Item.Rows r) return r.tensor().at(0, 0).type();
        if (list instanceof Item.Elements e) {
            for (Value v : e.values()) if (v != null) return v.type();
            Shape s = e.elementShape();
            if (s != null && !s.toList().contains(Shape.UNKNOWN)) return new TensorType(e.dtype(), s);
        }
        List<Item> arguments = new ArrayList<>(given);
        for (int i = 0; i < given.size(); i++) if (!fixed[i]) arguments.set(i, carry(i, carried));
        Item result = step(arguments, variable);
        if (result instanceof Item.Set s) return s.value().type();
        throw new ShapeException("the elements of a list that a loop carries have no shape");
    }

    private Item condition(List<Item> arguments) {
        return trace(condition, arguments, condition.results(), false).getFirst();
    }

    /** All that a step passes on. */
    private List<Item> step(List<Item> arguments) {
        return trace(body, arguments, body.results(), !changed.isEmpty());
    }

    private Item step(List<Item> arguments, int i) {
        return i >= call.count()
                ? step(arguments).get(i)
                : trace(body, arguments, List.of(body.results().get(i)), false).getFirst();
    }

    /** Results of a function, then the variables as it leaves them. */
    private List<Item> trace(Body b, List<Item> arguments, List<Body.Edge> results, boolean withEffects) {
        int own = call.count();
        Variables variables = new Variables(arguments.subList(own, arguments.size()));
        List<Item> r = new ArrayList<>(call.tracer()
                .with(
                        variables,
                        () -> call.tracer().call(b, arguments.subList(0, own), results, withEffects, call.path())));
        r.addAll(variables.values());
        return r;
    }

    private static Value dense(Item item) {
        if (item instanceof Item.Dense d) return d.value();
        throw new ShapeException("a value of a loop is no tensor");
    }
}
