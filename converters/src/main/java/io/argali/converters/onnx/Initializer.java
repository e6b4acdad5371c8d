package io.argali.converters.onnx;

import com.google.protobuf.ByteString;
import io.argali.converters.keras.Tensors;
import io.argali.loader.Content;
import io.argali.loader.protobuf.onnx.StringStringEntryProto;
import io.argali.loader.protobuf.onnx.TensorProto;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A constant of a file. Its elements are made when they are written, so that a model's weights never stand in memory together.
 *
 * @param proto all but the elements, or the whole where they are text
 * @param elements null where they are text
 */
record Initializer(TensorProto proto, @Nullable Content elements) {
    static Initializer of(String name, TensorType type, Supplier<Tensor> tensor) {
        TensorProto.Builder b = TensorProto.newBuilder().setName(name).setDataType(OnnxGraph.element(type.dtype()));
        for (int d : type.shape().toArray()) b.addDims(d);
        if (type.dtype() == DType.STRING) {
            for (String s : tensor.get().strings()) b.addStringData(ByteString.copyFromUtf8(s));
            return new Initializer(b.build(), null);
        }
        TensorType held = new TensorType(OnnxGraph.held(type.dtype()), type.shape());
        Content elements = Content.made(
                Tensors.byteSize(held),
                () -> Tensors.toArray(held(tensor.get(), held)).littleEndian().bytes());
        return new Initializer(b.build(), elements);
    }

    private static Tensor held(Tensor t, TensorType type) {
        return t.dtype() == type.dtype() ? t : Tensor.wrap(type.dtype(), type.shape(), t.array());
    }

    /** How many bytes its elements take. */
    long size() {
        return elements == null ? 0 : elements.size();
    }

    /** The same with its elements in another file. */
    Initializer external(String file, long offset) {
        return new Initializer(
                proto.toBuilder()
                        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                        .addExternalData(entry("location", file))
                        .addExternalData(entry("offset", Long.toString(offset)))
                        .addExternalData(entry("length", Long.toString(size())))
                        .build(),
                null);
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }
}
