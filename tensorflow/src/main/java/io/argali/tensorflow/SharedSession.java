package io.argali.tensorflow;

import com.google.protobuf.ByteString;
import io.argali.converters.tensorflow.TensorFlowGraph;
import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Value;
import io.argali.runtime.plan.States;
import io.argali.runtime.tensor.TensorType;
import java.lang.ref.Cleaner;
import java.lang.ref.WeakReference;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operation;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TType;

/**
 * One session for all graphs of one set of weights. Large constants of theirs are variables on the device, known by their contents: graphs for
 * several shapes of the input share them. States are variables too, which the graphs assign: they stay on the device between runs.
 */
final class SharedSession implements States.Residence {
    /** Smaller constants stay in the graph, where TensorFlow computes with them when it prepares it. */
    private static final int SMALLEST = 4096;
    /** Elements of all values of a graph that its caller's thread runs. */
    private static final long SMALL_GRAPH = 1 << 20;

    private static final int CALLER = -1;

    private static final Cleaner CLEANER = Cleaner.create();

    private final org.tensorflow.Graph graph = new org.tensorflow.Graph();
    private final Session session;
    private final String device;
    private final Set<String> variables = new HashSet<>();
    /** Of the states of all graphs, by their numbers. */
    private final Map<Integer, StateVariable> states = new HashMap<>();

    /** The states that are here. */
    private WeakReference<@Nullable States> resident = new WeakReference<>(null);

    private int graphs;

    SharedSession(ConfigProto config, String device) {
        this.device = device;
        org.tensorflow.Graph target = graph;
        Session opened = new Session(target, config);
        session = opened;
        CLEANER.register(this, () -> {
            opened.close();
            target.close();
        });
    }

    /** A constant that becomes a variable, with the nodes that give it its value. */
    private record Initial(String input, String assignment, TensorProto value) {}

    /** A state's variable: where its value is given and read. */
    private record StateVariable(TensorType type, Output<?> input, String assignment, Output<?> value) {}

    /** A name that no other graph has. */
    synchronized String prefix() {
        return "g" + graphs++;
    }

    /**
     * Adds a graph.
     *
     * @param states how many of its last parameters are states, whose new values are as many of its last outputs
     */
    synchronized TensorFlowExecutable add(
            String prefix, Graph model, GraphDef def, TensorFlowGraph written, int states) {
        GraphDef.Builder b = def.toBuilder();
        int inputs = written.inputs().size() - states,
                results = written.outputs().size() - states;
        BitSet changed = new BitSet();
        List<Integer> made = new ArrayList<>();
        for (int i = 0; i < states; i++) {
            Value state = model.parameters().get(inputs + i),
                    next = model.outputs().get(results + i);
            String name = written.inputs().get(inputs + i);
            if (state != next) changed.set(i);
            if (state(
                    b,
                    i,
                    state.type(),
                    name,
                    state == next ? null : written.outputs().get(results + i))) made.add(i);
        }
        List<Initial> initial = new ArrayList<>();
        for (int i = 0; i < def.getNodeCount(); i++) {
            NodeDef n = def.getNode(i);
            if (!n.getOp().equals("Const")) continue;
            TensorProto value = n.getAttrOrThrow("value").getTensor();
            if (value.getTensorContent().size() >= SMALLEST && isFloating(value.getDtype()))
                variable(b, i, n.getName(), value, initial);
        }
        if (!device.isEmpty()) {
            for (NodeDef.Builder n : b.getNodeBuilderList())
                if (!n.getOp().equals("Placeholder") && !n.getOp().equals("Const")) n.setDevice(device);
        }
        graph.importGraphDef(b.build(), prefix);
        initialize(prefix, initial);
        for (int i : made) {
            String name = prefix + "/" + written.inputs().get(inputs + i);
            this.states.put(
                    i,
                    new StateVariable(
                            model.parameters().get(inputs + i).type(),
                            graph.outputOrThrow(name + "/initial"),
                            name + "/assign",
                            graph.outputOrThrow(name)));
        }
        List<Operation> assignments = changed.stream()
                .<Operation>mapToObj(i ->
                        graph.operationOrThrow(prefix + "/" + written.inputs().get(inputs + i) + "/next"))
                .toList();
        return new TensorFlowExecutable(
                this,
                session,
                edges(prefix, written.inputs().subList(0, inputs)),
                edges(prefix, written.outputs().subList(0, results)),
                model.outputs().subList(0, results).stream().map(Value::dtype).toList(),
                assignments,
                changed,
                threads(model));
    }

    /** Where values are small, giving each node to another thread takes longer than the node. */
    private static RunOptions threads(Graph model) {
        long elements = model.nodes().stream()
                .flatMap(n -> n.types().stream())
                .mapToLong(t -> t.shape().size())
                .sum();
        return elements > SMALL_GRAPH
                ? RunOptions.getDefaultInstance()
                : RunOptions.newBuilder().setInterOpThreadPool(CALLER).build();
    }

    /**
     * Makes a placeholder a variable.
     *
     * @param next the node of its new value; null if it stays
     * @return whether no graph before had this state
     */
    private boolean state(GraphDef.Builder b, int number, TensorType type, String name, @Nullable String next) {
        StateVariable known = states.get(number);
        if (known != null && !known.type.equals(type))
            throw new IllegalArgumentException(
                    "state " + number + " is " + type + " here, and " + known.type + " elsewhere");
        int at = IntStream.range(0, b.getNodeCount())
                .filter(k -> b.getNode(k).getName().equals(name))
                .findFirst()
                .orElseThrow();
        NodeDef placeholder = b.getNode(at);
        Variable v = new Variable(name, placeholder.getAttrOrThrow("dtype"), placeholder.getAttrOrThrow("shape"));
        v.read(b, at, "state/" + number);
        // A variable is assigned once its old value has been read, which everything in this graph uses.
        if (next != null) b.addNode(v.assignment("/next", next).addInput("^" + name));
        if (known != null) return false;
        v.initialized(b);
        return true;
    }

    /** A variable of a graph, whose value is read by the node of its name. */
    private record Variable(String name, AttrValue type, AttrValue shape) {
        /** Puts the reading in the place of a node. */
        void read(GraphDef.Builder b, int at, String sharedName) {
            NodeDef.Builder handle =
                    NodeDef.newBuilder().setName(name + "/handle").setOp("VarHandleOp");
            handle.putAttr("dtype", type).putAttr("shape", shape);
            handle.putAttr(
                    "shared_name",
                    AttrValue.newBuilder()
                            .setS(ByteString.copyFromUtf8(sharedName))
                            .build());
            b.addNode(handle);
            b.setNode(
                    at,
                    NodeDef.newBuilder()
                            .setName(name)
                            .setOp("ReadVariableOp")
                            .addInput(name + "/handle")
                            .putAttr("dtype", type));
        }

        NodeDef.Builder assignment(String suffix, String value) {
            return NodeDef.newBuilder()
                    .setName(name + suffix)
                    .setOp("AssignVariableOp")
                    .addInput(name + "/handle")
                    .addInput(value)
                    .putAttr("dtype", type);
        }

        /** Adds what gives it a value from outside. */
        void initialized(GraphDef.Builder b) {
            b.addNode(NodeDef.newBuilder()
                    .setName(name + "/initial")
                    .setOp("Placeholder")
                    .putAttr("dtype", type)
                    .putAttr("shape", shape));
            b.addNode(assignment("/assign", name + "/initial"));
        }
    }

    /** Gives the variables the values of states that are newer elsewhere. */
    synchronized void take(States given) {
        States before = resident.get();
        if (before != given) {
            if (before != null) before.comeHome();
            resident = new WeakReference<>(given);
        }
        BitSet missing = given.moveTo(this);
        if (missing.isEmpty()) return;
        List<Tensor> fed = new ArrayList<>();
        try {
            Session.Runner runner = session.runner();
            missing.stream().forEach(i -> {
                StateVariable v = Objects.requireNonNull(states.get(i));
                Tensor t = NativeTensors.of(given.get(i));
                fed.add(t);
                runner.feed(v.input, t).addTarget(v.assignment);
            });
            runner.run().close();
        } finally {
            fed.forEach(Tensor::close);
        }
    }

    @Override
    public synchronized List<io.argali.runtime.tensor.Tensor> read(BitSet wanted) {
        Session.Runner runner = session.runner();
        List<StateVariable> variables = wanted.stream()
                .mapToObj(i -> Objects.requireNonNull(states.get(i)))
                .toList();
        for (StateVariable v : variables) runner.fetch(v.value);
        List<io.argali.runtime.tensor.Tensor> r = new ArrayList<>();
        try (Result result = runner.run()) {
            for (int i = 0; i < variables.size(); i++)
                r.add(NativeTensors.read(result.get(i))
                        .cast(variables.get(i).type.dtype()));
        }
        return r;
    }

    private void variable(GraphDef.Builder b, int i, String name, TensorProto value, List<Initial> initial) {
        Variable v = new Variable(
                name,
                AttrValue.newBuilder().setType(value.getDtype()).build(),
                AttrValue.newBuilder().setShape(value.getTensorShape()).build());
        String key = key(value);
        v.read(b, i, key);
        if (!variables.add(key)) return;
        v.initialized(b);
        initial.add(new Initial(name + "/initial", name + "/assign", value));
    }

    private static String key(TensorProto value) {
        try {
            MessageDigest d = MessageDigest.getInstance("SHA-256");
            d.update(value.getTensorContent().asReadOnlyByteBuffer());
            return value.getDtype()
                    + value.getTensorShape().getDimList().stream()
                            .map(n -> n.getSize())
                            .toList()
                            .toString()
                    + HexFormat.of().formatHex(d.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    private void initialize(String prefix, List<Initial> initial) {
        if (initial.isEmpty()) return;
        List<Tensor> fed = new ArrayList<>();
        try {
            Session.Runner runner = session.runner();
            for (Initial i : initial) {
                Tensor t = tensor(i.value);
                fed.add(t);
                runner.feed(prefix + "/" + i.input, t).addTarget(prefix + "/" + i.assignment);
            }
            runner.run().close();
        } finally {
            fed.forEach(Tensor::close);
        }
    }

    private static boolean isFloating(DataType t) {
        return switch (t) {
            case DT_FLOAT, DT_DOUBLE, DT_HALF, DT_BFLOAT16 -> true;
            default -> false;
        };
    }

    private static Tensor tensor(TensorProto p) {
        Class<? extends TType> type = switch (p.getDtype()) {
            case DT_DOUBLE -> TFloat64.class;
            case DT_HALF -> TFloat16.class;
            case DT_BFLOAT16 -> TBfloat16.class;
            default -> TFloat32.class;
        };
        Shape shape = Shape.of(p.getTensorShape().getDimList().stream()
                .mapToLong(d -> d.getSize())
                .toArray());
        byte[] bytes = p.getTensorContent().toByteArray();
        return Tensor.of(type, shape, bytes.length, n -> n.asRawTensor().data().write(bytes));
    }

    /** Looked up once, not with each run. */
    private List<Output<?>> edges(String prefix, List<String> names) {
        List<Output<?>> r = new ArrayList<>();
        for (String name : names) r.add(graph.outputOrThrow(prefix + "/" + name));
        return r;
    }
}
