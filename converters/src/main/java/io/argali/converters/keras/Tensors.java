package io.argali.converters.keras;

import io.argali.loader.ArrayData;
import io.argali.loader.Content;
import io.argali.loader.ElementType;
import io.argali.loader.ModelFormatException;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Supplier;

/** Arrays of files as tensors and back. */
public final class Tensors {
    /** Elements up to which a tensor is read at once. */
    private static final int SMALL = 1 << 10;

    private Tensors() {}

    /** Elements in a file. */
    private record Stored(ArrayData data, DType own, DType as) implements Supplier<Object> {
        @Override
        public Object get() {
            return own == as
                    ? array(data, as)
                    : Tensor.wrap(own, shape("", data), array(data, own))
                            .cast(as)
                            .array();
        }
    }

    /** A tensor that reads its elements from the file whenever they are asked for. */
    public static Tensor lazy(String where, ArrayData data, DType as) {
        Shape shape = shape(where, data);
        Stored stored = new Stored(data, dtype(where, data.type()), as);
        return data.size() <= SMALL ? Tensor.wrap(as, shape, stored.get()) : Tensor.lazy(as, shape, stored);
    }

    /** A tensor with the elements of an array, copied. */
    public static Tensor of(String where, ArrayData data) {
        DType t = dtype(where, data.type());
        return Tensor.wrap(t, shape(where, data), array(data, t));
    }

    /** An array to write. */
    public static ArrayData toArray(Tensor t) {
        long[] shape = dims(t.shape());
        // What is in a file already is written from there.
        if (t.source() instanceof Stored s && s.own() == t.dtype() && s.as() == t.dtype())
            return s.data().reshape(shape);
        ElementType type = elementType(t.dtype());
        return switch (t.array()) {
            case float[] a when t.dtype() == DType.FLOAT32 -> ArrayData.ofFloats(a, shape);
            case float[] a -> ArrayData.ofFloats(type, a, shape);
            case double[] a -> ArrayData.ofDoubles(a, shape);
            case int[] a when t.dtype() == DType.INT32 -> ArrayData.ofInts(a, shape);
            case int[] a
            when type.bytes() == 1 -> {
                byte[] b = new byte[a.length];
                for (int i = 0; i < a.length; i++) b[i] = (byte) a[i];
                yield ArrayData.ofBytes(b, shape).as(type);
            }
            case int[] a
            when type.bytes() == 2 -> {
                short[] b = new short[a.length];
                for (int i = 0; i < a.length; i++) b[i] = (short) a[i];
                yield ArrayData.of(type, shape, MemorySegment.ofArray(b), ByteOrder.nativeOrder());
            }
            case int[] a -> ArrayData.ofInts(a, shape);
            case long[] a
            when type == ElementType.UINT32 -> {
                int[] b = new int[a.length];
                for (int i = 0; i < a.length; i++) b[i] = (int) a[i];
                yield ArrayData.ofInts(b, shape).as(type);
            }
            case long[] a -> ArrayData.ofLongs(a, shape).as(type);
            case byte[] a -> {
                boolean[] b = new boolean[a.length];
                for (int i = 0; i < a.length; i++) b[i] = a[i] != 0;
                yield ArrayData.ofBooleans(b, shape);
            }
            default -> ArrayData.ofStrings(t.strings(), shape);
        };
    }

    /** The elements of a tensor of numbers as little-endian bytes, taken from where they are when they are written. */
    public static Content content(Tensor t) {
        return Content.made(byteSize(t.type()), () -> toArray(t).littleEndian().bytes());
    }

    static ElementType elementType(DType type) {
        return ElementType.valueOf(type.name());
    }

    /** How many bytes a tensor takes in a file. */
    public static long byteSize(TensorType t) {
        return (long) t.shape().size() * t.dtype().bytes();
    }

    static long[] dims(Shape shape) {
        return Arrays.stream(shape.toArray()).asLongStream().toArray();
    }

    static boolean sameShape(long[] file, Shape expected) {
        if (file.length != expected.rank()) return false;
        for (int i = 0; i < file.length; i++) if (file[i] != expected.dim(i)) return false;
        return true;
    }

    private static Shape shape(String where, ArrayData data) {
        for (long d : data.shape()) {
            if (d > Integer.MAX_VALUE)
                throw new ModelFormatException(where + ": an axis of length " + d + " is too long");
        }
        return Shape.of(Arrays.stream(data.shape()).mapToInt(d -> (int) d).toArray());
    }

    static DType dtype(String where, ElementType type) {
        return switch (type) {
            case COMPLEX64, COMPLEX128, OPAQUE ->
                throw new ModelFormatException(where + ": arrays of type "
                        + type.name().toLowerCase(java.util.Locale.ROOT) + " are not supported");
            default -> DType.valueOf(type.name());
        };
    }

    private static Object array(ArrayData data, DType t) {
        return switch (t.storage()) {
            case FLOATS -> data.toFloats();
            case DOUBLES -> data.toDoubles();
            case INTS -> data.toInts();
            case LONGS -> data.toLongs();
            case BYTES -> data.toBytes();
            case STRINGS -> data.toStrings();
        };
    }
}
