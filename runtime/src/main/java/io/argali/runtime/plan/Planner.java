package io.argali.runtime.plan;

import io.argali.runtime.kernel.Workers;
import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.plan.Groups.Group;
import io.argali.runtime.plan.ProgramBuilder.Operand;
import io.argali.runtime.tensor.DType.Storage;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Turns a graph into a {@link Plan}: groups of nodes become steps, values get buffers, and buffers get places in the workspace. */
final class Planner {
    private final Constants constants;
    private final PackedWeights packed;
    private final CpuBackend backend;

    private final Map<Value, Buffer> buffers = new HashMap<>();
    /** Where the caller's array for a result is bound. */
    private final Map<Value, Integer> results = new HashMap<>();

    /** New states that are written over old ones, whose parameters they stand for. */
    private Map<Value, Integer> replaced = Map.of();

    private final List<Plan.Labelled> steps = new ArrayList<>();
    /** The buffers that each step touches, in order of the steps. */
    private final List<Set<Buffer>> touched = new ArrayList<>();

    private Set<Buffer> touching = new LinkedHashSet<>();
    private @Nullable Groups groups;

    Planner(Constants constants, PackedWeights packed, CpuBackend backend) {
        this.constants = constants;
        this.packed = packed;
        this.backend = backend;
    }

    /** A plan that leaves its results in its workspace, for steps that run it. */
    Plan plan(Graph graph) {
        return plan(graph, 0, 0, false);
    }

    /** A plan that writes its results into the arrays that its callers get, and new states over old ones where it can. */
    Plan planForCallers(Graph graph, int states) {
        for (Value v : graph.outputs()) {
            Op op = v.node().op();
            boolean made = !(op instanceof Op.Leaf || op instanceof Op.Reshape || Groups.isAlias(v.node()));
            if (made) results.putIfAbsent(v, graph.parameters().size() + results.size());
        }
        return plan(graph, results.size(), states, true);
    }

    private Plan plan(Graph graph, int results, int states, boolean forCallers) {
        List<TensorType> parameterTypes =
                graph.parameters().stream().map(Value::type).toList();
        constants.give(graph.parameters());
        for (int i = 0; i < graph.parameters().size(); i++) {
            buffers.put(graph.parameters().get(i), Buffer.parameter(parameterTypes.get(i), i, !forCallers));
        }
        List<Node> nodes = graph.nodes();
        Groups g = new Groups(constants, nodes, graph.outputs());
        groups = g;
        Map<Value, Boolean> needed = neededOutside(nodes, g, graph.outputs());
        List<Group> order = g.ordered(nodes);
        replaced = new Replacements(constants, g, order, nodes).of(graph, states);
        for (Group group : order) {
            touching = new LinkedHashSet<>();
            Node named = group.head == null ? group.members.get(group.members.size() - 1) : group.head;
            String operation = named.op().getClass().getSimpleName()
                    + (group.members.size() > 1 ? " + " + (group.members.size() - 1) : "");
            steps.add(new Plan.Labelled(
                    step(group, needed),
                    named.origin(),
                    operation + " " + named.types().get(0)));
            touched.add(touching);
        }
        touching = new LinkedHashSet<>();
        List<Buffer> outputs = graph.outputs().stream().map(this::read).toList();
        touched.add(touching);
        int[] sizes = allocate();
        return new Plan(
                steps,
                parameterTypes,
                results,
                outputs,
                graph.outputs().stream().map(Value::type).toList(),
                sizes);
    }

    /** The values that someone outside their own group asks for. */
    private static Map<Value, Boolean> neededOutside(List<Node> nodes, Groups groups, List<Value> outputs) {
        Map<Value, Boolean> needed = new HashMap<>();
        for (Node n : nodes) {
            Group g = groups.of(n);
            for (Value v : n.inputs()) if (g == null || groups.of(v.node()) != g) needed.put(v, true);
        }
        for (Value v : outputs) needed.put(v, true);
        return needed;
    }

    private int[] allocate() {
        Map<Buffer, Integer> last = new IdentityHashMap<>();
        for (int i = 0; i < touched.size(); i++) for (Buffer b : touched.get(i)) last.put(b, i);
        Allocation allocation = new Allocation();
        Set<Buffer> placed = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < touched.size(); i++) {
            for (Buffer b : touched.get(i)) if (placed.add(b)) allocation.allocate(b);
            for (Buffer b : touched.get(i)) if (Objects.requireNonNull(last.get(b)) == i) allocation.free(b);
        }
        return allocation.sizes();
    }

    private void touch(Buffer b) {
        if (b.isArena()) touching.add(b.root());
    }

    /** The buffer of a value that this step reads. */
    private Buffer read(Value v) {
        Buffer b = bufferOf(v);
        touch(b);
        return b;
    }

    private Buffer bufferOf(Value v) {
        Buffer known = buffers.get(v);
        if (known != null) return known;
        Buffer b;
        Node n = v.node();
        if (constants.isConstant(v)) b = constantBuffer(v);
        else if (n.op() instanceof Op.Reshape)
            b = bufferOf(n.input(0)).view(0, v.shape().size());
        else if (Groups.isAlias(n)) {
            Op.Slice s = (Op.Slice) n.op();
            int[] strides = n.input(0).shape().strides();
            int start = 0;
            for (int i = 0; i < strides.length; i++) start += s.starts().get(i) * strides[i];
            b = bufferOf(n.input(0)).view(start, v.shape().size());
        } else {
            throw new IllegalStateException("no step makes " + v);
        }
        buffers.put(v, b);
        return b;
    }

    private Buffer constantBuffer(Value v) {
        TensorType t = v.type();
        boolean large = t.shape().size() > 1 << 12 && t.dtype().storage() == Storage.FLOATS;
        Object array = large
                ? packed.get(
                        List.of("plain", Constants.Key.of(v)),
                        () -> constants.get(v).floats())
                : constants.get(v).array();
        return Buffer.constant(t.dtype(), array, t.shape().size());
    }

    private Buffer output(Value v) {
        Integer old = replaced.get(v);
        if (old != null) {
            Buffer state = Buffer.parameter(v.type(), old, false);
            buffers.put(v, state);
            return state;
        }
        Integer result = results.get(v);
        Buffer b = result == null ? Buffer.arena(v.type()) : Buffer.result(v.type(), result);
        buffers.put(v, b);
        touch(b);
        return b;
    }

    private Buffer scratch(int floats) {
        Buffer b = Buffer.scratch(floats);
        touch(b);
        return b;
    }

    private Step step(Group group, Map<Value, Boolean> needed) {
        if (!group.program && group.head == null) return single(group.members.get(0));
        Node head = group.head;
        Map<Value, Buffer> outputs = new LinkedHashMap<>();
        Value headValue = head == null ? null : head.output(0);
        Value headOutput = null;
        Buffer headBuffer = null;
        if (headValue != null) {
            if (!needed.containsKey(headValue)) {
                // The last full result of the epilogue takes the place of the product itself.
                for (Node n : group.members) {
                    Value v = n.output(0);
                    boolean may = n != head && needed.containsKey(v) && !replaced.containsKey(v);
                    if (may && v.dtype().storage() == Storage.FLOATS) headOutput = v;
                }
            }
            boolean halfHead = headValue.dtype() != io.argali.runtime.tensor.DType.FLOAT32;
            if (headOutput == null && needed.containsKey(headValue) && halfHead) headOutput = headValue;
            headBuffer = headOutput == null ? output(headValue) : output(headOutput);
            if (headOutput != null) outputs.put(headOutput, headBuffer);
        }
        for (Node n : group.members) {
            Value v = n.output(0);
            if (n != head && needed.containsKey(v) && !v.equals(headOutput)) outputs.put(v, output(v));
        }
        boolean half = headValue != null && headValue.dtype() != io.argali.runtime.tensor.DType.FLOAT32;
        List<Node> rest = group.members.stream().filter(n -> n != head).toList();
        Program program = rest.isEmpty() && !half
                ? null
                : new ProgramBuilder(group.domain, head != null, new Outside())
                        .build(topological(rest), headValue, outputs, headOutput, backend);
        if (head == null) return Objects.requireNonNull(program);
        return new ContractionSteps(backend, new Memory()).of(head, Objects.requireNonNull(headBuffer), program);
    }

    /** Members in an order in which each follows those it uses; merged groups come in any order. */
    private static List<Node> topological(List<Node> members) {
        Set<Node> in = Collections.newSetFromMap(new IdentityHashMap<>());
        in.addAll(members);
        Set<Node> done = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Node> order = new ArrayList<>();
        for (Node n : members) visit(n, in, done, order);
        return order;
    }

    private static void visit(Node n, Set<Node> in, Set<Node> done, List<Node> order) {
        if (!in.contains(n) || !done.add(n)) return;
        for (Value v : n.inputs()) visit(v.node(), in, done, order);
        order.add(n);
    }

    private Step single(Node n) {
        return switch (n.op()) {
            case Op.Elementwise e -> {
                Buffer[] in = inputs(n);
                yield new GenericElementwise(n, in, output(n.output(0)));
            }
            case Op.Movement m -> {
                Buffer[] in = inputs(n);
                yield MovementSteps.of(n, in, output(n.output(0)), backend.workers());
            }
            case Op.Reduction r -> {
                Buffer in = read(n.input(0));
                yield ReductionSteps.of(n, in, output(n.output(0)), backend.kernels(), backend.workers());
            }
            case Op.Contraction c -> contraction(n);
            case Op.Indexing i -> {
                Buffer[] in = inputs(n);
                yield IndexingSteps.of(n, in, output(n.output(0)));
            }
            case Op.Random r -> {
                Buffer seed = read(n.input(0));
                yield new RandomStep(r, seed, output(n.output(0)));
            }
            case Op.Leaf l -> throw new IllegalStateException("no step makes " + n);
            case Op.Control c -> control(n, c);
            case Op.Custom c -> {
                Buffer[] in = inputs(n);
                yield new CustomStep(
                        n,
                        c.function(),
                        in,
                        n.outputs().stream().map(this::output).toArray(Buffer[]::new));
            }
        };
    }

    private Step contraction(Node n) {
        Buffer out = output(n.output(0));
        Step step = new ContractionSteps(backend, new Memory()).of(n, out, null);
        if (out.dtype.storage() != Storage.FLOATS || out.dtype == io.argali.runtime.tensor.DType.FLOAT32) return step;
        // Poolings and kernel gradients of half precisions compute as floats.
        return MovementSteps.sequence(List.of(step, w -> () -> {
            float[] y = out.floats(w);
            for (int i = out.offset(); i < out.offset() + out.size; i++) y[i] = out.dtype.round(y[i]);
        }));
    }

    private Step control(Node n, Op.Control op) {
        Buffer[] in = inputs(n);
        Buffer[] out = n.outputs().stream().map(this::output).toArray(Buffer[]::new);
        return switch (op) {
            case Op.Scan s -> new ScanStep(s, n, parts(s), backend.workers(), in, out);
            case Op.While l -> new WhileStep(inner(l.condition()), inner(l.body()), in, out);
            case Op.If i -> new IfStep(inner(i.then()), inner(i.otherwise()), in, out);
        };
    }

    private List<ScanStep.Part> parts(Op.Scan scan) {
        LoopParts parts = LoopParts.of(
                scan, Rewrites.apply(scan.body()), backend.workers().parallelism());
        CpuBackend one = parts.count() == 1 ? backend : new CpuBackend(backend.kernels(), Workers.single());
        Map<Integer, Plan> plans = new HashMap<>();
        return IntStream.range(0, parts.count())
                .mapToObj(i -> {
                    int first = parts.first(i), end = parts.end(i);
                    if (!parts.steps())
                        return new ScanStep.Part(
                                first,
                                0,
                                scan.length(),
                                plans.computeIfAbsent(end - first, n -> inner(parts.body(i), one)));
                    return new ScanStep.Part(0, first, end, plans.computeIfAbsent(0, n -> inner(parts.body(i), one)));
                })
                .toList();
    }

    private Plan inner(Graph body) {
        return inner(Rewrites.apply(body), backend);
    }

    private Plan inner(Graph body, CpuBackend on) {
        return new Planner(constants.forBody(), packed, on).plan(body);
    }

    private Buffer[] inputs(Node n) {
        return n.inputs().stream().map(this::read).toArray(Buffer[]::new);
    }

    private final class Memory implements ContractionSteps.Memory {
        @Override
        public Buffer read(Value v) {
            return Planner.this.read(v);
        }

        @Override
        public boolean isConstant(Value v) {
            return constants.isConstant(v);
        }

        @Override
        public Buffer packed(Object layout, Value constant, int size, ContractionSteps.Packer packer) {
            float[] array = packed.get(List.of(layout, Constants.Key.of(constant)), () -> {
                float[] to = new float[size];
                constants.read(constant, (from, offset) -> packer.pack(from, offset, to));
                return to;
            });
            return Buffer.constant(constant.dtype(), array, size);
        }

        @Override
        public Buffer scratch(int floats) {
            return Planner.this.scratch(floats);
        }
    }

    private final class Outside implements ProgramBuilder.Outside {
        @Override
        public boolean replaces(Value v) {
            return replaced.containsKey(v);
        }

        @Override
        public boolean isConstant(Value v) {
            return constants.isConstant(v);
        }

        @Override
        public Tensor constant(Value v) {
            return constants.get(v);
        }

        @Override
        public Operand operand(Value v) {
            Node n = v.node();
            if (constants.isConstant(v) || !Objects.requireNonNull(groups).isView(n)) {
                return new Operand(bufferOf(v), 0, v.shape().strides(), true);
            }
            Operand x = operand(n.input(0));
            Shape from = n.input(0).shape();
            if (n.op() instanceof Op.Broadcast) {
                return new Operand(x.buffer(), x.start(), Strides.broadcast(from, x.strides(), v.shape()), false);
            }
            Op.Slice s = (Op.Slice) n.op();
            int[] strides = x.strides().clone();
            int start = x.start();
            for (int i = 0; i < strides.length; i++) {
                start += s.starts().get(i) * strides[i];
                strides[i] *= s.strides().get(i);
            }
            return new Operand(x.buffer(), start, strides, false);
        }

        @Override
        public void reads(Buffer b) {
            touch(b);
        }
    }
}
