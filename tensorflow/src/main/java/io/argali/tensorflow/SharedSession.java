package io.argali.tensorflow;

import io.argali.converters.tensorflow.TensorFlowGraph;
import io.argali.runtime.tensor.DType;
import java.lang.ref.Cleaner;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.tensorflow.Graph;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TType;

/**
 * One session for all graphs of one set of weights. Large constants of theirs are variables on the device, known by their contents: graphs for
 * several shapes of the input share them.
 */
final class SharedSession {
    /** Smaller constants stay in the graph, where TensorFlow computes with them when it prepares it. */
    private static final int SMALLEST = 4096;

    private static final Cleaner CLEANER = Cleaner.create();

    private final Graph graph = new Graph();
    private final Session session;
    private final String device;
    private final Set<String> variables = new HashSet<>();
    private int graphs;

    SharedSession(ConfigProto config, String device) {
        this.device = device;
        Graph target = graph;
        Session opened = new Session(target, config);
        session = opened;
        CLEANER.register(this, () -> {
            opened.close();
            target.close();
        });
    }

    /** A constant that becomes a variable, with the nodes that give it its value. */
    private record Initial(String input, String assignment, TensorProto value) {}

    synchronized TensorFlowExecutable add(GraphDef def, TensorFlowGraph written, List<DType> types) {
        GraphDef.Builder b = def.toBuilder();
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
        String prefix = "g" + graphs++;
        graph.importGraphDef(b.build(), prefix);
        initialize(prefix, initial);
        return new TensorFlowExecutable(
                this, session, edges(prefix, written.inputs()), edges(prefix, written.outputs()), types);
    }

    private void variable(GraphDef.Builder b, int i, String name, TensorProto value, List<Initial> initial) {
        AttrValue type = AttrValue.newBuilder().setType(value.getDtype()).build();
        AttrValue shape =
                AttrValue.newBuilder().setShape(value.getTensorShape()).build();
        String key = key(value);
        NodeDef.Builder handle = NodeDef.newBuilder().setName(name + "/handle").setOp("VarHandleOp");
        handle.putAttr("dtype", type).putAttr("shape", shape);
        handle.putAttr(
                "shared_name",
                AttrValue.newBuilder()
                        .setS(com.google.protobuf.ByteString.copyFromUtf8(key))
                        .build());
        b.addNode(handle);
        b.setNode(
                i,
                NodeDef.newBuilder()
                        .setName(name)
                        .setOp("ReadVariableOp")
                        .addInput(name + "/handle")
                        .putAttr("dtype", type));
        if (!variables.add(key)) return;
        b.addNode(NodeDef.newBuilder()
                .setName(name + "/initial")
                .setOp("Placeholder")
                .putAttr("dtype", type)
                .putAttr("shape", shape));
        b.addNode(NodeDef.newBuilder()
                .setName(name + "/assign")
                .setOp("AssignVariableOp")
                .addInput(name + "/handle")
                .addInput(name + "/initial")
                .putAttr("dtype", type));
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
