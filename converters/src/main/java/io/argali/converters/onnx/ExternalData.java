package io.argali.converters.onnx;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.argali.loader.FileBytes;
import io.argali.loader.ModelFormatException;
import io.argali.loader.protobuf.onnx.GraphProto;
import io.argali.loader.protobuf.onnx.ModelProto;
import io.argali.loader.protobuf.onnx.StringStringEntryProto;
import io.argali.loader.protobuf.onnx.TensorProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** The files beside an ONNX model that hold its weights. */
final class ExternalData {
    private ExternalData() {}

    /** Those that a model names; none where no model is. Its weights are passed over, not read. */
    static Set<Path> of(Path model) {
        Set<Path> found = new LinkedHashSet<>();
        if (!Files.isRegularFile(model)) return found;
        try {
            CodedInputStream in =
                    CodedInputStream.newInstance(FileBytes.map(model).asByteBuffer());
            Reader entry = () -> location(in).ifPresent(name -> found.add(model.resolveSibling(name)));
            Reader tensor = () -> within(in, TensorProto.EXTERNAL_DATA_FIELD_NUMBER, entry);
            Reader graph = () -> within(in, GraphProto.INITIALIZER_FIELD_NUMBER, tensor);
            within(in, ModelProto.GRAPH_FIELD_NUMBER, graph);
        } catch (IOException | ModelFormatException | UnsupportedOperationException e) {
            return Set.of(); // no model that can be read
        }
        found.removeIf(file -> !isBeside(model, file));
        return found;
    }

    private static Optional<String> location(CodedInputStream in) throws IOException {
        StringStringEntryProto e = StringStringEntryProto.parseFrom(in.readRawBytes(in.getBytesUntilLimit()));
        return e.getKey().equals("location") ? Optional.of(e.getValue()) : Optional.empty();
    }

    /** Whether it bears the model's name, as the files that are written here do. */
    private static boolean isBeside(Path model, Path file) {
        String prefix = model.getFileName() + ".data";
        String name = String.valueOf(file.getFileName());
        return file.equals(model.resolveSibling(name)) && name.startsWith(prefix);
    }

    private interface Reader {
        void read() throws IOException;
    }

    /** Reads each message that stands in a field of the one that is being read. */
    private static void within(CodedInputStream in, int field, Reader reader) throws IOException {
        int wanted = field << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (tag != wanted) {
                in.skipField(tag);
                continue;
            }
            int limit = in.pushLimit(in.readRawVarint32());
            reader.read();
            in.popLimit(limit);
        }
    }

    /** Deletes files that no model needs any more. */
    static void delete(Set<Path> files) {
        for (Path file : files) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                // Only room is lost.
            }
        }
    }
}
