package io.argali.converters.tensorflow;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.argali.converters.keras.Tensors;
import io.argali.loader.protobuf.AttrValue;
import io.argali.loader.protobuf.DataType;
import io.argali.loader.protobuf.FunctionDef;
import io.argali.loader.protobuf.FunctionDefLibrary;
import io.argali.loader.protobuf.GraphDef;
import io.argali.loader.protobuf.NameAttrList;
import io.argali.loader.protobuf.NodeDef;
import io.argali.loader.protobuf.OpDef;
import io.argali.loader.protobuf.TensorProto;
import io.argali.loader.protobuf.TensorShapeProto;
import io.argali.runtime.layer.preprocessing.StringHash;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A TensorFlow graph, or the body of a function, while it is built. Values go by the names that inputs of nodes have. A function takes what it uses
 * of the graph around it as further arguments.
 */
final class TfGraph {
    /** An attribute of a node. */
    record Attr(String name, AttrValue value) {}

    /** A value of the graph around that a function takes. */
    record Capture(String outer, DataType type, String inner) {}

    final List<NodeDef> nodes = new ArrayList<>();
    final Map<String, Capture> captures = new LinkedHashMap<>();
    /** The nodes that a function runs though no result needs them. */
    private final List<String> effects = new ArrayList<>();

    private final @Nullable TfGraph around;
    private final boolean function;
    private final String functions;
    private final Map<String, FunctionDef> library;
    private final Set<String> used;
    private final Map<Object, String> constants = new HashMap<>();
    private String origin = "";

    private TfGraph(
            @Nullable TfGraph around,
            boolean function,
            String functions,
            Map<String, FunctionDef> library,
            Set<String> used) {
        this.around = around;
        this.function = function;
        this.functions = functions;
        this.library = library;
        this.used = used;
    }

    /** A graph whose functions' names begin with a prefix. */
    static TfGraph graph(String functions) {
        return new TfGraph(null, false, functions, new LinkedHashMap<>(), new HashSet<>());
    }

    /** A function of its own, in the library of this graph. */
    TfGraph function() {
        return new TfGraph(null, true, functions, library, used);
    }

    /** A function that may use what this graph holds. */
    TfGraph inner() {
        TfGraph f = new TfGraph(this, true, functions, library, used);
        f.origin = origin;
        return f;
    }

    boolean isInner() {
        return around != null;
    }

    void origin(String layer) {
        origin = layer;
    }

    /** A name that nothing else has, of the characters that TensorFlow allows. */
    String name(String wanted) {
        String clean = wanted.replaceAll("[^A-Za-z0-9_./-]", "_");
        if (clean.isEmpty() || !Character.isLetterOrDigit(clean.charAt(0))) clean = "x" + clean;
        // In functions a colon-separated reference is split at the first part; slashes are fine.
        String name = clean;
        for (int k = 1; !used.add(name); k++) name = clean + "_" + k;
        return name;
    }

    /** What an inner function calls a value of the graph around it. */
    String capture(String outer, DataType type) {
        Objects.requireNonNull(around);
        return captures.computeIfAbsent(outer, o -> new Capture(o, type, name("captured")))
                .inner();
    }

    // Nodes

    String node(String op, List<String> inputs, Attr... attributes) {
        return result(add(op, origin.isEmpty() ? op : origin + "/" + op, inputs, attributes), op, 0);
    }

    /** A node with several results. */
    List<String> nodes(String op, int results, List<String> inputs, Attr... attributes) {
        String name = add(op, origin.isEmpty() ? op : origin + "/" + op, inputs, attributes);
        List<String> r = new ArrayList<>();
        for (int i = 0; i < results; i++) r.add(result(name, op, i));
        return r;
    }

    /** Adds a node and gives its name. */
    String add(String op, String wanted, List<String> inputs, Attr... attributes) {
        String name = name(wanted);
        NodeDef.Builder n = NodeDef.newBuilder().setName(name).setOp(op).addAllInput(inputs);
        for (Attr a : attributes) n.putAttr(a.name, a.value);
        nodes.add(n.build());
        return name;
    }

    /** What a result of a node is called. */
    String result(String node, String op, int i) {
        if (!function) return i == 0 ? node : node + ":" + i;
        List<String> outputs = TfResults.of(op);
        return outputs.size() == 1 ? node + ":" + outputs.get(0) + ":" + i : node + ":" + outputs.get(i) + ":0";
    }

    /** Has a function run a node that no result needs. */
    void effect(String node) {
        effects.add(node);
    }

    // Constants

    String constant(String wanted, Tensor t) {
        return result(
                add("Const", wanted, List.of(), type("dtype", type(t.dtype())), attr("value", tensor(t))), "Const", 0);
    }

    String scalar(DType type, double value) {
        return constants.computeIfAbsent(List.of(type, value), k -> constant("scalar", Tensor.scalar(type, value)));
    }

    /** A vector of int32. */
    String ints(int... values) {
        return constants.computeIfAbsent(
                Arrays.stream(values).boxed().toList(),
                k -> constant("numbers", Tensor.wrap(DType.INT32, Shape.of(values.length), values)));
    }

    String ints(List<Integer> values) {
        return ints(values.stream().mapToInt(i -> i).toArray());
    }

    static TensorProto tensor(Tensor t) {
        TensorProto.Builder b =
                TensorProto.newBuilder().setDtype(type(t.dtype())).setTensorShape(shape(t.shape()));
        if (t.dtype() == DType.STRING) {
            for (String s : t.strings()) b.addStringVal(ByteString.copyFrom(StringHash.bytes(s)));
            return b.build();
        }
        return b.setTensorContent(UnsafeByteOperations.unsafeWrap(
                        Tensors.toArray(t).littleEndian().toBytes()))
                .build();
    }

    static TensorShapeProto shape(Shape s) {
        TensorShapeProto.Builder b = TensorShapeProto.newBuilder();
        for (int d : s.toArray()) b.addDim(TensorShapeProto.Dim.newBuilder().setSize(d));
        return b.build();
    }

    static DataType type(DType t) {
        return switch (t) {
            case FLOAT16 -> DataType.DT_HALF;
            case BFLOAT16 -> DataType.DT_BFLOAT16;
            case FLOAT8_E4M3FN -> DataType.DT_FLOAT8_E4M3FN;
            case FLOAT8_E5M2 -> DataType.DT_FLOAT8_E5M2;
            case FLOAT32 -> DataType.DT_FLOAT;
            case FLOAT64 -> DataType.DT_DOUBLE;
            case INT8 -> DataType.DT_INT8;
            case INT16 -> DataType.DT_INT16;
            case INT32 -> DataType.DT_INT32;
            case INT64 -> DataType.DT_INT64;
            case UINT8 -> DataType.DT_UINT8;
            case UINT16 -> DataType.DT_UINT16;
            case UINT32 -> DataType.DT_UINT32;
            case UINT64 -> DataType.DT_UINT64;
            case BOOL -> DataType.DT_BOOL;
            case STRING -> DataType.DT_STRING;
        };
    }

    // Attributes

    static Attr type(String name, DataType t) {
        return new Attr(name, AttrValue.newBuilder().setType(t).build());
    }

    static Attr type(String name, DType t) {
        return type(name, type(t));
    }

    static Attr attr(String name, TensorProto t) {
        return new Attr(name, AttrValue.newBuilder().setTensor(t).build());
    }

    static Attr attr(String name, long i) {
        return new Attr(name, AttrValue.newBuilder().setI(i).build());
    }

    static Attr attr(String name, boolean b) {
        return new Attr(name, AttrValue.newBuilder().setB(b).build());
    }

    static Attr attr(String name, String s) {
        return new Attr(
                name, AttrValue.newBuilder().setS(ByteString.copyFromUtf8(s)).build());
    }

    static Attr attr(String name, List<? extends Number> values) {
        AttrValue.ListValue.Builder l = AttrValue.ListValue.newBuilder();
        for (Number n : values) l.addI(n.longValue());
        return new Attr(name, AttrValue.newBuilder().setList(l).build());
    }

    static Attr strings(String name, List<String> values) {
        AttrValue.ListValue.Builder l = AttrValue.ListValue.newBuilder();
        for (String s : values) l.addS(ByteString.copyFromUtf8(s));
        return new Attr(name, AttrValue.newBuilder().setList(l).build());
    }

    static Attr types(String name, List<DataType> values) {
        return new Attr(
                name,
                AttrValue.newBuilder()
                        .setList(AttrValue.ListValue.newBuilder().addAllType(values))
                        .build());
    }

    static Attr shape(String name, TensorShapeProto shape) {
        return new Attr(name, AttrValue.newBuilder().setShape(shape).build());
    }

    static Attr calls(String name, String function) {
        return new Attr(
                name,
                AttrValue.newBuilder()
                        .setFunc(NameAttrList.newBuilder().setName(function))
                        .build());
    }

    // Functions

    /** An argument or result of a function. */
    record Arg(String name, DataType type) {}

    /** Puts a function with these nodes into the library. */
    String define(String wanted, List<Arg> arguments, List<Arg> results, List<String> returned, boolean stateful) {
        String name = name(functions + wanted);
        OpDef.Builder signature = OpDef.newBuilder().setName(name).setIsStateful(stateful);
        FunctionDef.Builder f = FunctionDef.newBuilder();
        for (Arg a : arguments)
            signature.addInputArg(OpDef.ArgDef.newBuilder().setName(a.name).setType(a.type));
        for (int i = 0; i < results.size(); i++) {
            Arg r = results.get(i);
            signature.addOutputArg(OpDef.ArgDef.newBuilder().setName(r.name).setType(r.type));
            f.putRet(r.name, returned.get(i));
        }
        for (String node : effects) {
            signature.addControlOutput(node);
            f.putControlRet(node, node);
        }
        library.put(name, f.setSignature(signature).addAllNodeDef(nodes).build());
        return name;
    }

    GraphDef.Builder graphDef() {
        return GraphDef.newBuilder()
                .addAllNode(nodes)
                .setLibrary(FunctionDefLibrary.newBuilder().addAllFunction(library.values()))
                .setVersions(io.argali.loader.protobuf.VersionDef.newBuilder()
                        .setProducer(1994)
                        .setMinConsumer(12));
    }
}
