package io.argali.converters.onnx;

import io.argali.converters.UnsupportedModelException;
import io.argali.converters.export.DynamicGraph;
import io.argali.converters.export.Folding;
import io.argali.converters.export.Length;
import io.argali.loader.Content;
import io.argali.loader.NewFile;
import io.argali.loader.protobuf.onnx.ModelProto;
import io.argali.loader.protobuf.onnx.OperatorSetIdProto;
import io.argali.runtime.model.InputSpec;
import io.argali.runtime.model.Model;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
    /** Where weights in their own file begin, so that they can be mapped. */
    private static final int PAGE = 4096;

    private OnnxFile() {}

    /**
     * Writes a model.
     *
     * @throws UnsupportedModelException if ONNX has no words for parts of it; the message names them all
     */
    public static void write(Model model, Path path) {
        write(model, path, LARGEST);
    }

    /**
     * Writes a model.
     *
     * @param largest how many bytes of weights a file may have before they go to another beside it
     */
    public static void write(Model model, Path path, long largest) {
        OnnxGraph graph = graph(model, path);
        ModelProto head = ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("Argali")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
                .addOpsetImport(
                        OperatorSetIdProto.newBuilder().setDomain("ai.onnx.ml").setVersion(3))
                .build();
        List<Initializer> constants = graph.initializers;
        Map<Path, Content> files = new LinkedHashMap<>();
        if (constants.stream().mapToLong(Initializer::size).sum() > largest) {
            Path data = freeData(path);
            List<Content> moved = new ArrayList<>();
            constants = moved(constants, String.valueOf(data.getFileName()), moved);
            files.put(data, Content.joined(moved));
        }
        files.put(path, OnnxContent.of(head, graph.proto.build(), constants));
        Set<Path> old = ExternalData.of(path);
        NewFile.writeAll(files);
        ExternalData.delete(old);
    }

    /**
     * The file beside a model that holds its weights where they are too many for one. It never has the name of a file that is there, so
     * that the old model keeps its own weights until the new one has its name.
     */
    private static Path freeData(Path model) {
        for (int i = 1; ; i++) {
            Path data = model.resolveSibling(model.getFileName() + ".data" + (i == 1 ? "" : i));
            if (!Files.exists(data, LinkOption.NOFOLLOW_LINKS)) return data;
        }
    }

    private static OnnxGraph graph(Model model, Path path) {
        DynamicGraph graph;
        try {
            graph = DynamicGraph.of(model, true);
        } catch (UnsupportedModelException e) {
            throw new UnsupportedModelException(path + ": " + e.getMessage());
        }
        if (!graph.updates().isEmpty())
            throw new UnsupportedModelException(path + ": the model keeps states from call to call ("
                    + String.join(", ", graph.updates().keySet()) + "), which ONNX has no place for");
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
        nodes.add(graph.graph());
        if (!nodes.problems().isEmpty())
            throw UnsupportedModelException.of(path.toString(), nodes.problems(), "ONNX has no words for them.");
        for (int i = 0; i < made.size(); i++) {
            Value v = graph.outputs().get(i);
            nodes.out.add("Identity", List.of(nodes.get(v)), List.of(made.get(i)));
            DType type = v.dtype() == DType.BFLOAT16 ? DType.FLOAT32 : v.dtype();
            nodes.out.proto.addOutput(OnnxGraph.info(made.get(i), type, graph.shape(v)));
        }
        nodes.out.proto.setName(model.name());
        return nodes.out;
    }

    private static List<Length> shape(DynamicGraph graph, int input) {
        Value p = graph.graph().parameters().get(input);
        return graph.shape(p);
    }

    /** Constants whose elements, if they are many, are in another file, whose parts are collected. */
    private static List<Initializer> moved(List<Initializer> constants, String file, List<Content> parts) {
        List<Initializer> r = new ArrayList<>();
        long at = 0;
        for (Initializer c : constants) {
            Content elements = c.elements();
            if (elements == null || elements.size() < SMALL) {
                r.add(c);
                continue;
            }
            r.add(c.external(file, at));
            int gap = (int) (-elements.size() & PAGE - 1);
            parts.add(elements);
            parts.add(Content.of(new byte[gap]));
            at += elements.size() + gap;
        }
        return r;
    }
}
