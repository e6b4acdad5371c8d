package io.argali.converters.onnx;

import com.google.protobuf.ByteString;
import io.argali.converters.UnsupportedModelException;
import io.argali.converters.export.DynamicGraph;
import io.argali.converters.export.Folding;
import io.argali.converters.export.Length;
import io.argali.loader.Content;
import io.argali.loader.NewFile;
import io.argali.loader.protobuf.onnx.GraphProto;
import io.argali.loader.protobuf.onnx.ModelProto;
import io.argali.loader.protobuf.onnx.OperatorSetIdProto;
import io.argali.loader.protobuf.onnx.StringStringEntryProto;
import io.argali.loader.protobuf.onnx.TensorProto;
import io.argali.runtime.model.InputSpec;
import io.argali.runtime.model.Model;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes models for ONNX Runtime and its like. The graph is the prediction, its weights folded as far as they go; inputs and outputs have Keras'
 * names; what Keras leaves open, the batch above all, stays open. A bfloat16 model computes in float32.
 */
public final class OnnxFile {
    private static final int OPSET = 20;
    private static final int IR_VERSION = 9;
    /** A protobuf message ends at 2 GiB; weights beyond this go to a file beside it. */
    private static final long LARGEST = (1L << 31) - (1 << 24);
    /** Weights below this stay in the model's own file. */
    private static final int SMALL = 1024;

    private OnnxFile() {}

    /**
     * Writes a model.
     *
     * @throws UnsupportedModelException if ONNX has no words for parts of it; the message names them all
     */
    public static void write(Model model, Path path) {
        GraphProto.Builder graph = graph(model, path);
        long bytes = graph.getInitializerList().stream()
                .mapToLong(t -> t.getRawData().size())
                .sum();
        if (bytes > LARGEST) moveWeights(graph, path.resolveSibling(path.getFileName() + ".data"));
        ModelProto file = ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("Argali")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
                .addOpsetImport(
                        OperatorSetIdProto.newBuilder().setDomain("ai.onnx.ml").setVersion(3))
                .setGraph(graph)
                .build();
        NewFile.write(path, new Content() {
            @Override
            public long size() {
                return file.getSerializedSize();
            }

            @Override
            public void writeTo(Sink sink) throws IOException {
                OutputStream out = new OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        write(new byte[] {(byte) b}, 0, 1);
                    }

                    @Override
                    public void write(byte[] b, int off, int len) throws IOException {
                        sink.write(MemorySegment.ofArray(b).asSlice(off, len));
                    }
                };
                file.writeTo(out);
            }
        });
    }

    private static GraphProto.Builder graph(Model model, Path path) {
        DynamicGraph graph;
        try {
            graph = DynamicGraph.of(model, true);
        } catch (UnsupportedModelException e) {
            throw new UnsupportedModelException(path + ": " + e.getMessage());
        }
        OnnxNodes nodes = new OnnxNodes(graph, new Folding(graph, model.weights()::get));
        List<InputSpec> inputs = model.inputs();
        List<String> outputs = model.outputNames(), made = new ArrayList<>();
        inputs.forEach(i -> nodes.out.reserve(i.name()));
        for (String name : outputs) made.add(nodes.out.name(name)); // an input that is also an output gets a number
        for (int i = 0; i < inputs.size(); i++) {
            Value p = graph.graph().parameters().get(i);
            InputSpec spec = inputs.get(i);
            nodes.out.proto.addInput(OnnxGraph.info(spec.name(), spec.dtype(), shape(graph, i)));
            nodes.bind(p, spec.name());
        }
        for (Length.Symbol s : graph.symbols())
            nodes.bind(s, inputs.get(s.parameter()).name());
        List<String> results = nodes.add(graph.graph());
        if (!nodes.problems().isEmpty())
            throw UnsupportedModelException.of(path.toString(), nodes.problems(), "ONNX has no words for them.");
        for (int i = 0; i < results.size(); i++) {
            Value v = graph.graph().outputs().get(i);
            nodes.out.add("Identity", List.of(results.get(i)), List.of(made.get(i)));
            DType type = v.dtype() == DType.BFLOAT16 ? DType.FLOAT32 : v.dtype();
            nodes.out.proto.addOutput(OnnxGraph.info(made.get(i), type, graph.shape(v)));
        }
        return nodes.out.proto.setName(model.name());
    }

    private static List<Length> shape(DynamicGraph graph, int input) {
        Value p = graph.graph().parameters().get(input);
        return graph.shape(p);
    }

    private static void moveWeights(GraphProto.Builder graph, Path data) {
        List<MemorySegment> parts = new ArrayList<>();
        long at = 0;
        for (int i = 0; i < graph.getInitializerCount(); i++) {
            TensorProto t = graph.getInitializer(i);
            ByteString bytes = t.getRawData();
            if (bytes.size() < SMALL) continue;
            parts.add(MemorySegment.ofBuffer(bytes.asReadOnlyByteBuffer()));
            graph.setInitializer(
                    i,
                    t.toBuilder()
                            .clearRawData()
                            .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                            .addExternalData(entry("location", String.valueOf(data.getFileName())))
                            .addExternalData(entry("offset", Long.toString(at)))
                            .addExternalData(entry("length", Long.toString(bytes.size()))));
            at += bytes.size();
        }
        NewFile.write(data, Content.of(parts));
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }
}
