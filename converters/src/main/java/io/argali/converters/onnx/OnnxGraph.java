package io.argali.converters.onnx;

import com.google.protobuf.ByteString;
import io.argali.converters.export.Length;
import io.argali.loader.protobuf.onnx.AttributeProto;
import io.argali.loader.protobuf.onnx.GraphProto;
import io.argali.loader.protobuf.onnx.NodeProto;
import io.argali.loader.protobuf.onnx.TensorShapeProto;
import io.argali.loader.protobuf.onnx.TypeProto;
import io.argali.loader.protobuf.onnx.ValueInfoProto;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An ONNX graph while it is built: nodes in order, initializers, names that are used once. A loop's body sees what is around it. */
final class OnnxGraph {
    /** The graph without {@link #initializers}. */
    final GraphProto.Builder proto = GraphProto.newBuilder();

    final List<Initializer> initializers = new ArrayList<>();
    private final @Nullable OnnxGraph around;
    private final OnnxGraph outermost;
    private final Set<String> used = new HashSet<>();
    private final Map<Object, String> constants = new HashMap<>();
    /** The layer that nodes are made for. */
    private String origin = "";

    OnnxGraph() {
        this.around = null;
        this.outermost = this;
    }

    private OnnxGraph(OnnxGraph around) {
        this.around = around;
        this.outermost = around.outermost;
        this.origin = around.origin;
    }

    OnnxGraph inner() {
        return new OnnxGraph(this);
    }

    boolean isOutermost() {
        return around == null;
    }

    void origin(String layer) {
        origin = layer;
    }

    /** A name that nothing else has. */
    String name(String wanted) {
        String name = wanted;
        for (int k = 1; !outermost.used.add(name); k++) name = wanted + "_" + k;
        return name;
    }

    /** Keeps a name for something that must have it. */
    void reserve(String name) {
        outermost.used.add(name);
    }

    String node(String op, List<String> inputs, AttributeProto... attributes) {
        return node(op, inputs, 1, attributes).get(0);
    }

    List<String> node(String op, List<String> inputs, int results, AttributeProto... attributes) {
        String name = name(origin.isEmpty() ? op : origin + "/" + op);
        List<String> outputs = new ArrayList<>();
        for (int i = 0; i < results; i++) outputs.add(i == 0 ? name : name(name + ":" + i));
        add(op, inputs, outputs, attributes);
        return outputs;
    }

    /** A node whose results have given names. */
    void add(String op, List<String> inputs, List<String> outputs, AttributeProto... attributes) {
        NodeProto.Builder n = NodeProto.newBuilder()
                .setOpType(op)
                .setName(outputs.get(0))
                .addAllInput(inputs)
                .addAllOutput(outputs)
                .addAllAttribute(Arrays.asList(attributes));
        if (op.equals("LabelEncoder")) n.setDomain("ai.onnx.ml");
        proto.addNode(n);
    }

    // Constants: those of the whole file stand in its outermost graph

    /** A constant, whose elements are asked for when the file is written. */
    String constant(String wanted, TensorType type, Supplier<Tensor> tensor) {
        String name = outermost.name(wanted);
        outermost.initializers.add(Initializer.of(name, type, tensor));
        return name;
    }

    private String constant(String wanted, Tensor t) {
        return constant(wanted, t.type(), () -> t);
    }

    /** One number, without axes. */
    String scalar(DType type, double value) {
        return outermost.constants.computeIfAbsent(
                List.of(type, value), k -> constant("scalar", Tensor.scalar(type, value)));
    }

    /** A vector of int64. */
    String longs(long... values) {
        return outermost.constants.computeIfAbsent(
                Arrays.stream(values).boxed().toList(),
                k -> constant("numbers", Tensor.wrap(DType.INT64, Shape.of(values.length), values)));
    }

    /** The type that elements are held in: bfloat16, which few kernels know, is held in float32. */
    static DType held(DType type) {
        return type == DType.BFLOAT16 ? DType.FLOAT32 : type;
    }

    /** ONNX' number of the type that elements are held in. */
    static int element(DType type) {
        return switch (type) {
            case FLOAT32, BFLOAT16 -> 1;
            case UINT8 -> 2;
            case INT8 -> 3;
            case UINT16 -> 4;
            case INT16 -> 5;
            case INT32 -> 6;
            case INT64 -> 7;
            case STRING -> 8;
            case BOOL -> 9;
            case FLOAT16 -> 10;
            case FLOAT64 -> 11;
            case UINT32 -> 12;
            case UINT64 -> 13;
            case FLOAT8_E4M3FN -> 17;
            case FLOAT8_E5M2 -> 19;
        };
    }

    /** An input or output. */
    static ValueInfoProto info(String name, DType type, List<Length> shape) {
        TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
        for (Length l : shape) {
            TensorShapeProto.Dimension.Builder d = TensorShapeProto.Dimension.newBuilder();
            if (l instanceof Length.Fixed f) d.setDimValue(f.value());
            else if (l instanceof Length.Computed c && c.isAtom() && c.atoms().get(0) instanceof Length.Symbol s)
                d.setDimParam(s.name());
            dims.addDim(d);
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(element(type))
                                .setShape(dims)))
                .build();
    }

    // Attributes

    static AttributeProto attribute(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    static AttributeProto attribute(String name, String value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.STRING)
                .setS(ByteString.copyFromUtf8(value))
                .build();
    }

    static AttributeProto attribute(String name, List<? extends Number> values) {
        AttributeProto.Builder b = AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
        for (Number n : values) b.addInts(n.longValue());
        return b.build();
    }

    static AttributeProto strings(String name, List<String> values) {
        AttributeProto.Builder b =
                AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.STRINGS);
        for (String s : values) b.addStrings(ByteString.copyFromUtf8(s));
        return b.build();
    }

    static AttributeProto attribute(String name, GraphProto graph) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.GRAPH)
                .setG(graph)
                .build();
    }
}
