package io.argali.tensorflow;

import io.argali.converters.keras.Tensors;
import io.argali.converters.tensorflow.TensorFlowGraph;
import io.argali.loader.ByteText;
import io.argali.runtime.layer.preprocessing.StringHash;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.tensorflow.ndarray.NdArray;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.buffer.ByteDataBuffer;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint16;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/** Tensors to TensorFlow's memory and back. */
final class NativeTensors {
    private NativeTensors() {}

    static org.tensorflow.Tensor of(Tensor t) {
        org.tensorflow.ndarray.Shape shape = org.tensorflow.ndarray.Shape.of(
                t.shape().toList().stream().mapToLong(i -> i).toArray());
        return switch (t.dtype()) {
            case STRING -> {
                NdArray<byte[]> texts = NdArrays.ofObjects(byte[].class, shape);
                String[] s = t.strings();
                if (t.shape().rank() == 0) texts.setObject(StringHash.bytes(s[0]));
                else {
                    int[] i = {0};
                    texts.scalars().forEach(x -> x.setObject(StringHash.bytes(s[i[0]++])));
                }
                yield TString.tensorOfBytes(texts);
            }
            case FLOAT32 -> filled(TFloat32.class, t, shape, b -> b.asFloats().write(t.floats()));
            case FLOAT64 -> filled(TFloat64.class, t, shape, b -> b.asDoubles().write((double[]) t.array()));
            case INT32 -> filled(TInt32.class, t, shape, b -> b.asInts().write(t.ints()));
            case INT64 -> filled(TInt64.class, t, shape, b -> b.asLongs().write(t.longs()));
            case FLOAT16 -> bytes(TFloat16.class, t, shape);
            case BFLOAT16 -> bytes(TBfloat16.class, t, shape);
            case BOOL -> bytes(TBool.class, t, shape);
            case UINT8 -> bytes(TUint8.class, t, shape);
            case UINT16 -> bytes(TUint16.class, t, shape);
            case FLOAT8_E4M3FN, FLOAT8_E5M2, INT8, INT16, UINT32, UINT64 -> of(t.cast(TensorFlowGraph.held(t.dtype())));
        };
    }

    private static org.tensorflow.Tensor filled(
            Class<? extends TType> type,
            Tensor t,
            org.tensorflow.ndarray.Shape shape,
            java.util.function.Consumer<ByteDataBuffer> fill) {
        return org.tensorflow.Tensor.of(type, shape, (long) t.size() * t.dtype().bytes(), n -> {
            if (t.size() > 0) fill.accept(n.asRawTensor().data());
        });
    }

    private static org.tensorflow.Tensor bytes(
            Class<? extends TType> type, Tensor t, org.tensorflow.ndarray.Shape shape) {
        return filled(type, t, shape, b -> b.write(Tensors.toArray(t).toBytes()));
    }

    static Tensor read(org.tensorflow.Tensor given) {
        long[] d = given.shape().asArray();
        int[] dims = new int[d.length];
        for (int i = 0; i < d.length; i++) dims[i] = Math.toIntExact(d[i]);
        Shape shape = Shape.of(dims);
        DType type = type(given.dataType());
        int n = shape.size();
        if (type == DType.STRING) {
            String[] s = new String[n];
            int[] i = {0};
            NdArray<byte[]> texts = ((TString) given).asBytes();
            if (dims.length == 0) s[0] = ByteText.of(texts.getObject());
            else texts.scalars().forEach(x -> s[i[0]++] = ByteText.of(x.getObject()));
            return Tensor.wrap(type, shape, s);
        }
        Object array = Tensor.newArray(type, n);
        if (n > 0) fill(array, type, given.asRawTensor().data());
        return Tensor.wrap(type, shape, array);
    }

    private static void fill(Object array, DType type, ByteDataBuffer data) {
        switch (type) {
            case FLOAT32 -> data.asFloats().read((float[]) array);
            case FLOAT64 -> data.asDoubles().read((double[]) array);
            case INT32 -> data.asInts().read((int[]) array);
            case INT64 -> data.asLongs().read((long[]) array);
            case BOOL -> data.read((byte[]) array);
            default -> {
                byte[] bytes = new byte[Math.toIntExact(data.size())];
                data.read(bytes);
                ByteBuffer b = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
                for (int i = 0; b.hasRemaining(); i++) element(array, i, type, b);
            }
        }
    }

    private static void element(Object array, int i, DType type, ByteBuffer b) {
        switch (type) {
            case FLOAT16 -> ((float[]) array)[i] = Float.float16ToFloat(b.getShort());
            case BFLOAT16 -> ((float[]) array)[i] = Float.intBitsToFloat(b.getShort() << 16);
            case INT8 -> ((int[]) array)[i] = b.get();
            case UINT8 -> ((int[]) array)[i] = b.get() & 0xff;
            case INT16 -> ((int[]) array)[i] = b.getShort();
            case UINT16 -> ((int[]) array)[i] = b.getShort() & 0xffff;
            case UINT32 -> ((long[]) array)[i] = b.getInt() & 0xffff_ffffL;
            default -> ((long[]) array)[i] = b.getLong();
        }
    }

    static DType type(DataType t) {
        return switch (t) {
            case DT_HALF -> DType.FLOAT16;
            case DT_BFLOAT16 -> DType.BFLOAT16;
            case DT_FLOAT -> DType.FLOAT32;
            case DT_DOUBLE -> DType.FLOAT64;
            case DT_INT8 -> DType.INT8;
            case DT_INT16 -> DType.INT16;
            case DT_INT32 -> DType.INT32;
            case DT_INT64 -> DType.INT64;
            case DT_UINT8 -> DType.UINT8;
            case DT_UINT16 -> DType.UINT16;
            case DT_UINT32 -> DType.UINT32;
            case DT_UINT64 -> DType.UINT64;
            case DT_BOOL -> DType.BOOL;
            case DT_STRING -> DType.STRING;
            default ->
                throw new io.argali.runtime.tensor.ShapeException(
                        "TensorFlow has a tensor of " + t + ", which is not supported");
        };
    }
}
