package io.argali.converters.onnx;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.argali.loader.Content;
import io.argali.loader.protobuf.onnx.GraphProto;
import io.argali.loader.protobuf.onnx.ModelProto;
import io.argali.loader.protobuf.onnx.TensorProto;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** The bytes of an ONNX file. Messages stand in messages, each behind its length, so the initializers are put in field by field. */
final class OnnxContent {
    private OnnxContent() {}

    /**
     * A file.
     *
     * @param model without its graph
     * @param graph without its initializers
     */
    static Content of(ModelProto model, GraphProto graph, List<Initializer> initializers) {
        List<Content> parts = new ArrayList<>();
        parts.add(Content.of(graph.toByteArray()));
        for (Initializer i : initializers) parts.add(field(GraphProto.INITIALIZER_FIELD_NUMBER, content(i)));
        return Content.joined(
                List.of(Content.of(model.toByteArray()), field(ModelProto.GRAPH_FIELD_NUMBER, Content.joined(parts))));
    }

    private static Content content(Initializer i) {
        Content proto = Content.of(i.proto().toByteArray());
        Content elements = i.elements();
        return elements == null
                ? proto
                : Content.joined(List.of(proto, field(TensorProto.RAW_DATA_FIELD_NUMBER, elements)));
    }

    private static Content field(int number, Content content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            out.writeTag(number, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt64NoTag(content.size());
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // into memory
        }
        return Content.joined(List.of(Content.of(bytes.toByteArray()), content));
    }
}
