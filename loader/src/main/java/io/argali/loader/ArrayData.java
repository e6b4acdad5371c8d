package io.argali.loader;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An n-dimensional array as a file holds it: element type, shape, and either the file's own bytes (row-major, mapped, not
 * copied) or decoded text. Immutable as long as the file is. Values are converted when they are copied out:
 *
 * <ul>
 *   <li>floating targets take every number: float16 and bfloat16 are widened exactly, float64 is rounded to float;
 *   <li>integer targets take integers and booleans if they fit, and floating values cut towards zero, as numpy's
 *       {@code astype} does; unsigned 64-bit values above 2⁶³−1 are refused.
 * </ul>
 *
 * <p>A conversion that makes no sense (numbers out of text), or a value that does not fit, is a {@link ModelFormatException}.
 */
public final class ArrayData {
    private static final MemorySegment NOTHING = MemorySegment.ofArray(new byte[0]);

    private final ElementType type;
    private final int elementBytes;
    private final long[] shape;
    private final long size;
    private final ByteOrder order;
    private final MemorySegment bytes;
    private final String @Nullable [] strings;

    private ArrayData(
            ElementType type,
            int elementBytes,
            long[] shape,
            ByteOrder order,
            MemorySegment bytes,
            String @Nullable [] strings) {
        this.type = type;
        this.elementBytes = elementBytes;
        this.shape = shape.clone();
        this.size = sizeOf(shape);
        this.order = order;
        this.bytes = bytes.asReadOnly();
        this.strings = strings;
        long expected = strings == null ? Math.multiplyExact(size, (long) elementBytes) : size;
        long actual = strings == null ? bytes.byteSize() : strings.length;
        if (actual != expected) {
            throw new IllegalArgumentException("%s of shape %s takes %d %s, received %d"
                    .formatted(type, Arrays.toString(shape), expected, strings == null ? "bytes" : "strings", actual));
        }
    }

    // ---- made from a file's bytes

    /** Bytes as they lie in a file, not copied; they must be exactly as many as type and shape ask for. */
    public static ArrayData of(ElementType type, long[] shape, MemorySegment bytes, ByteOrder order) {
        if (type.bytes() == 0) {
            throw new IllegalArgumentException(type + " has no fixed size: use opaque or ofStrings");
        }
        return new ArrayData(type, type.bytes(), shape, order, bytes, null);
    }

    /** Elements of {@code elementBytes} bytes each without a meaning to us. */
    public static ArrayData opaque(int elementBytes, long[] shape, MemorySegment bytes) {
        return new ArrayData(ElementType.OPAQUE, elementBytes, shape, ByteOrder.LITTLE_ENDIAN, bytes, null);
    }

    // ---- made from Java arrays, which are not copied: hand them over

    public static ArrayData ofFloats(float[] values, long... shape) {
        return of(ElementType.FLOAT32, shape, MemorySegment.ofArray(values), ByteOrder.nativeOrder());
    }

    public static ArrayData ofDoubles(double[] values, long... shape) {
        return of(ElementType.FLOAT64, shape, MemorySegment.ofArray(values), ByteOrder.nativeOrder());
    }

    public static ArrayData ofInts(int[] values, long... shape) {
        return of(ElementType.INT32, shape, MemorySegment.ofArray(values), ByteOrder.nativeOrder());
    }

    public static ArrayData ofLongs(long[] values, long... shape) {
        return of(ElementType.INT64, shape, MemorySegment.ofArray(values), ByteOrder.nativeOrder());
    }

    /** INT8; for UINT8 say {@code of(UINT8, …)}. */
    public static ArrayData ofBytes(byte[] values, long... shape) {
        return of(ElementType.INT8, shape, MemorySegment.ofArray(values), ByteOrder.nativeOrder());
    }

    public static ArrayData ofBooleans(boolean[] values, long... shape) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (values[i] ? 1 : 0);
        }
        return of(ElementType.BOOL, shape, MemorySegment.ofArray(bytes), ByteOrder.nativeOrder());
    }

    public static ArrayData ofStrings(String[] values, long... shape) {
        return new ArrayData(ElementType.STRING, 0, shape, ByteOrder.LITTLE_ENDIAN, NOTHING, values);
    }

    /**
     * Numbers in the narrower type a file asks for: float16 rounds to nearest even, bfloat16 likewise, integers are cut towards
     * zero and saturate.
     */
    public static ArrayData ofFloats(ElementType type, float[] values, long... shape) {
        return switch (type) {
            case FLOAT32 -> ofFloats(values, shape);
            case FLOAT16 -> ofShorts(type, Narrowing.toFloat16(values), shape);
            case BFLOAT16 -> ofShorts(type, Narrowing.toBfloat16(values), shape);
            case FLOAT64 -> ofDoubles(Narrowing.toDoubles(values), shape);
            case INT8, UINT8, BOOL ->
                of(type, shape, MemorySegment.ofArray(Narrowing.toBytes(type, values)), ByteOrder.nativeOrder());
            case INT16, UINT16 -> ofShorts(type, Narrowing.toShorts(type, values), shape);
            case INT32 -> ofInts(Narrowing.toInts(values), shape);
            case UINT32 ->
                of(type, shape, MemorySegment.ofArray(Narrowing.toUnsignedInts(values)), ByteOrder.nativeOrder());
            case INT64, UINT64 ->
                of(type, shape, MemorySegment.ofArray(Narrowing.toLongs(values)), ByteOrder.nativeOrder());
            case COMPLEX64, COMPLEX128, OPAQUE, STRING ->
                throw new IllegalArgumentException("floats cannot become " + type);
        };
    }

    private static ArrayData ofShorts(ElementType type, short[] values, long... shape) {
        return of(type, shape, MemorySegment.ofArray(values), ByteOrder.nativeOrder());
    }

    // ---- what it is

    public ElementType type() {
        return type;
    }

    /** A copy; empty for a scalar. */
    public long[] shape() {
        return shape.clone();
    }

    public int rank() {
        return shape.length;
    }

    /** How many elements: the product of the shape, 1 for a scalar. */
    public long size() {
        return size;
    }

    /** Bytes an element takes in {@link #bytes()}; 0 for STRING. */
    public int elementBytes() {
        return elementBytes;
    }

    public ByteOrder order() {
        return order;
    }

    /** The bytes in the file, read-only and row-major, in {@link #order()}; empty for STRING. */
    public MemorySegment bytes() {
        return bytes;
    }

    /** The same values under another shape of the same size. */
    public ArrayData reshape(long... newShape) {
        if (sizeOf(newShape) != size) {
            throw new IllegalArgumentException(
                    "cannot reshape %s to %s".formatted(Arrays.toString(shape), Arrays.toString(newShape)));
        }
        return new ArrayData(type, elementBytes, newShape, order, bytes, strings);
    }

    /** The same values in little-endian order. */
    public ArrayData littleEndian() {
        if (order == ByteOrder.LITTLE_ENDIAN || elementBytes == 1 || strings != null) {
            return this;
        }
        int width = type == ElementType.COMPLEX64 || type == ElementType.COMPLEX128 ? elementBytes / 2 : elementBytes;
        byte[] turned = toBytes();
        for (int at = 0; at < turned.length; at += width) {
            for (int i = at, j = at + width - 1; i < j; i++, j--) {
                byte first = turned[i];
                turned[i] = turned[j];
                turned[j] = first;
            }
        }
        return new ArrayData(type, elementBytes, shape, ByteOrder.LITTLE_ENDIAN, MemorySegment.ofArray(turned), null);
    }

    /** The same bytes read as another type of the same width: opaque pairs that are bfloat16, say. */
    public ArrayData as(ElementType other) {
        if (other.bytes() != elementBytes || strings != null) {
            throw new ModelFormatException(this + " cannot be read as " + other);
        }
        return of(other, shape, bytes, order);
    }

    // ---- values, copied out

    /** All values as floats. */
    public float[] toFloats() {
        float[] values = new float[intSize()];
        copyTo(values, 0, 0, values.length);
        return values;
    }

    /** {@code count} values, from element {@code from} on, into {@code target} at {@code offset}: for arrays beyond 2³¹ elements. */
    public void copyTo(float[] target, int offset, long from, int count) {
        Objects.checkFromIndexSize(offset, count, target.length);
        Objects.checkFromIndexSize(from, count, size);
        if (type == ElementType.FLOAT32) {
            MemorySegment.copy(bytes, floatLayout(), from * Float.BYTES, target, offset, count);
            return;
        }
        Elements elements = elements();
        for (int i = 0; i < count; i++) {
            target[offset + i] = elements.floatAt(from + i);
        }
    }

    /** All values as doubles. */
    public double[] toDoubles() {
        double[] values = new double[intSize()];
        if (type == ElementType.FLOAT64) {
            MemorySegment.copy(bytes, ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(order), 0, values, 0, values.length);
            return values;
        }
        Elements elements = elements();
        for (int i = 0; i < values.length; i++) {
            values[i] = elements.doubleAt(i);
        }
        return values;
    }

    /** All values as ints. */
    public int[] toInts() {
        int[] values = new int[intSize()];
        if (type == ElementType.INT32) {
            MemorySegment.copy(bytes, ValueLayout.JAVA_INT_UNALIGNED.withOrder(order), 0, values, 0, values.length);
            return values;
        }
        Elements elements = elements();
        for (int i = 0; i < values.length; i++) {
            long value = elements.longAt(i);
            if (value != (int) value) {
                throw new ModelFormatException("%s: value %d does not fit a 32-bit integer".formatted(this, value));
            }
            values[i] = (int) value;
        }
        return values;
    }

    /** All values as longs. */
    public long[] toLongs() {
        long[] values = new long[intSize()];
        if (type == ElementType.INT64) {
            MemorySegment.copy(bytes, ValueLayout.JAVA_LONG_UNALIGNED.withOrder(order), 0, values, 0, values.length);
            return values;
        }
        Elements elements = elements();
        for (int i = 0; i < values.length; i++) {
            values[i] = elements.longAt(i);
        }
        return values;
    }

    /** One boolean an element: not zero. */
    public boolean[] toBooleans() {
        boolean[] values = new boolean[intSize()];
        Elements elements = elements();
        for (int i = 0; i < values.length; i++) {
            values[i] = elements.doubleAt(i) != 0;
        }
        return values;
    }

    /** The bytes of the file, whatever the type: {@code size · elementBytes} of them. */
    public byte[] toBytes() {
        if (bytes.byteSize() > Integer.MAX_VALUE - 8) {
            throw new ModelFormatException(this + " is too large for one Java array");
        }
        return bytes.toArray(JAVA_BYTE);
    }

    /** Text; only of a STRING array. */
    public String[] toStrings() {
        if (strings == null) {
            throw new ModelFormatException(this + " where text was expected");
        }
        return strings.clone();
    }

    /** The single value of an array of size 1. */
    public double scalar() {
        if (size != 1) {
            throw new ModelFormatException(this + " where a single number was expected");
        }
        return elements().doubleAt(0);
    }

    /** Type and shape, for messages: {@code FLOAT32[3, 4]}. */
    @Override
    public String toString() {
        return type + Arrays.toString(shape);
    }

    private int intSize() {
        if (size > Integer.MAX_VALUE - 8) {
            throw new ModelFormatException(this + " is too large for one Java array: copy it in parts");
        }
        return (int) size;
    }

    private ValueLayout.OfFloat floatLayout() {
        return ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(order);
    }

    private Elements elements() {
        if (!type.isNumber()) {
            throw new ModelFormatException(this + " where numbers were expected");
        }
        return Elements.of(type, bytes, order);
    }

    /** The product of a shape; refused when it is negative or beyond a long. */
    static long sizeOf(long[] shape) {
        long product = 1;
        for (long dimension : shape) {
            if (dimension < 0) {
                throw new IllegalArgumentException("negative dimension in " + Arrays.toString(shape));
            }
            product = Math.multiplyExact(product, dimension);
        }
        return product;
    }
}
