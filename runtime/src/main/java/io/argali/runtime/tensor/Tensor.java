package io.argali.runtime.tensor;

import io.argali.runtime.tensor.DType.Storage;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An immutable, dense, row-major array of one element type. Elements live in a Java array ({@link DType.Storage}); a tensor that
 * comes from a file may stay there and be read anew whenever its elements are asked for, so that a model's weights are held once.
 */
public final class Tensor {
    private final DType dtype;
    private final Shape shape;
    private final @Nullable Object array;
    private final @Nullable Supplier<Object> source;

    private Tensor(DType dtype, Shape shape, @Nullable Object array, @Nullable Supplier<Object> source) {
        this.dtype = dtype;
        this.shape = shape;
        this.array = array;
        this.source = source;
    }

    /**
     * A tensor over an array that must not be changed afterwards.
     *
     * @param array {@code float[]}, {@code double[]}, {@code int[]}, {@code long[]}, {@code byte[]} (bool) or {@code String[]}, as
     *     the type's storage says
     */
    public static Tensor wrap(DType dtype, Shape shape, Object array) {
        Storage storage = storageOf(array);
        if (storage != dtype.storage()) {
            throw new IllegalArgumentException(
                    dtype.kerasName() + " is not held in " + array.getClass().getSimpleName());
        }
        if (Array.getLength(array) != shape.size()) {
            throw new ShapeException("shape " + shape + " has " + shape.size() + " elements, but "
                    + Array.getLength(array) + " were given");
        }
        return new Tensor(dtype, shape, array, null);
    }

    /** A tensor whose elements are read from their source each time they are asked for. */
    public static Tensor lazy(DType dtype, Shape shape, Supplier<Object> source) {
        return new Tensor(dtype, shape, null, source);
    }

    /** Where a tensor that is not in memory reads its elements from; null for one that is. */
    public @Nullable Supplier<Object> source() {
        return source;
    }

    /** A float32 tensor; without dimensions, a vector. The array is copied. */
    public static Tensor of(float[] data, int... shape) {
        return wrap(DType.FLOAT32, shapeOr(data.length, shape), data.clone());
    }

    /** A float64 tensor. */
    public static Tensor of(double[] data, int... shape) {
        return wrap(DType.FLOAT64, shapeOr(data.length, shape), data.clone());
    }

    /** An int32 tensor. */
    public static Tensor of(int[] data, int... shape) {
        return wrap(DType.INT32, shapeOr(data.length, shape), data.clone());
    }

    /** An int64 tensor. */
    public static Tensor of(long[] data, int... shape) {
        return wrap(DType.INT64, shapeOr(data.length, shape), data.clone());
    }

    /** A bool tensor. */
    public static Tensor of(boolean[] data, int... shape) {
        byte[] bytes = new byte[data.length];
        for (int i = 0; i < data.length; i++) bytes[i] = (byte) (data[i] ? 1 : 0);
        return wrap(DType.BOOL, shapeOr(data.length, shape), bytes);
    }

    /** A string tensor. */
    public static Tensor of(String[] data, int... shape) {
        return wrap(DType.STRING, shapeOr(data.length, shape), data.clone());
    }

    /** A float32 matrix from rows of equal length. */
    public static Tensor of(float[][] rows) {
        int n = rows.length == 0 ? 0 : rows[0].length;
        float[] flat = new float[rows.length * n];
        for (int i = 0; i < rows.length; i++) {
            if (rows[i].length != n)
                throw new ShapeException("row " + i + " has " + rows[i].length + " elements, row 0 has " + n);
            System.arraycopy(rows[i], 0, flat, i * n, n);
        }
        return wrap(DType.FLOAT32, Shape.of(rows.length, n), flat);
    }

    /** A scalar of any numeric or bool type. */
    public static Tensor scalar(DType dtype, double value) {
        return full(dtype, Shape.SCALAR, value);
    }

    /** A tensor of one value. */
    public static Tensor full(DType dtype, Shape shape, double value) {
        int n = shape.size();
        Object a = newArray(dtype, n);
        if (value != 0) {
            switch (a) {
                case float[] f -> Arrays.fill(f, dtype.round((float) value));
                case double[] f -> Arrays.fill(f, value);
                case int[] f -> Arrays.fill(f, dtype.wrap((int) (long) value));
                case long[] f -> Arrays.fill(f, (long) value);
                case byte[] f -> Arrays.fill(f, (byte) 1);
                default -> throw new IllegalArgumentException("a string tensor has no number in it");
            }
        }
        return new Tensor(dtype, shape, a, null);
    }

    public static Tensor zeros(DType dtype, Shape shape) {
        return full(dtype, shape, 0);
    }

    /** A fresh array of the type's storage. */
    public static Object newArray(DType dtype, int n) {
        return switch (dtype.storage()) {
            case FLOATS -> new float[n];
            case DOUBLES -> new double[n];
            case INTS -> new int[n];
            case LONGS -> new long[n];
            case BYTES -> new byte[n];
            case STRINGS -> {
                String[] s = new String[n];
                Arrays.fill(s, "");
                yield s;
            }
        };
    }

    public DType dtype() {
        return dtype;
    }

    public Shape shape() {
        return shape;
    }

    public TensorType type() {
        return new TensorType(dtype, shape);
    }

    public int size() {
        return shape.size();
    }

    /** The elements, row-major, in the array that the type is stored in. It must not be changed. */
    public Object array() {
        return array != null ? array : Objects.requireNonNull(source).get();
    }

    /** The elements of a float16, bfloat16 or float32 tensor; must not be changed. */
    public float[] floats() {
        return (float[]) array();
    }

    /** Whether the elements stay where they come from, so that each {@link #array} is another one, the caller's to change. */
    public boolean isLazy() {
        return source != null;
    }

    /** The elements of an int8 … int32 tensor; must not be changed. */
    public int[] ints() {
        return (int[]) array();
    }

    /** The elements of an int64, uint32 or uint64 tensor; must not be changed. */
    public long[] longs() {
        return (long[]) array();
    }

    /** The elements of a string tensor; must not be changed. */
    public String[] strings() {
        return (String[]) array();
    }

    /** A copy of the elements as floats, whatever the numeric type. */
    public float[] toFloatArray() {
        Object a = array();
        if (a instanceof float[] f) return f.clone();
        float[] r = new float[size()];
        for (int i = 0; i < r.length; i++) r[i] = (float) doubleAt(a, i);
        return r;
    }

    /** A copy of the elements as doubles, whatever the numeric type. */
    public double[] toDoubleArray() {
        Object a = array();
        double[] r = new double[size()];
        for (int i = 0; i < r.length; i++) r[i] = doubleAt(a, i);
        return r;
    }

    /** A copy of the elements as ints; floating values lose their fraction. */
    public int[] toIntArray() {
        Object a = array();
        int[] r = new int[size()];
        for (int i = 0; i < r.length; i++) r[i] = (int) longAt(a, i);
        return r;
    }

    /** A copy of the elements as longs; floating values lose their fraction. */
    public long[] toLongArray() {
        Object a = array();
        long[] r = new long[size()];
        for (int i = 0; i < r.length; i++) r[i] = longAt(a, i);
        return r;
    }

    /** The only element of a tensor of one numeric element. */
    public double item() {
        if (size() != 1) throw new ShapeException("shape " + shape + " does not have one element");
        return doubleAt(array(), 0);
    }

    /** The same elements in another shape. */
    public Tensor reshape(Shape other) {
        if (other.size() != size()) throw new ShapeException("cannot reshape " + shape + " to " + other);
        return new Tensor(dtype, other, array, source);
    }

    /** The same values in another element type, as Keras' {@code cast}. */
    public Tensor cast(DType to) {
        if (to == dtype) return this;
        int n = size();
        Object from = array();
        Object r = newArray(to, n);
        for (int i = 0; i < n; i++) {
            switch (r) {
                case float[] d -> d[i] = to.round(from instanceof long[] l ? (float) l[i] : (float) doubleAt(from, i));
                case double[] d -> d[i] = doubleAt(from, i);
                case int[] d -> d[i] = to.wrap((int) longAt(from, i));
                case long[] d -> d[i] = to.wrap(longAt(from, i));
                case byte[] d -> d[i] = (byte) (doubleAt(from, i) != 0 ? 1 : 0);
                default ->
                    throw new IllegalArgumentException("cannot cast " + dtype.kerasName() + " to " + to.kerasName());
            }
        }
        return new Tensor(to, shape, r, null);
    }

    private static double doubleAt(Object a, int i) {
        return switch (a) {
            case float[] f -> f[i];
            case double[] f -> f[i];
            case int[] f -> f[i];
            case long[] f -> (double) f[i];
            case byte[] f -> f[i];
            default -> throw new IllegalArgumentException("strings are not numbers");
        };
    }

    private static long longAt(Object a, int i) {
        return switch (a) {
            case int[] f -> f[i];
            case long[] f -> f[i];
            case byte[] f -> f[i];
            default -> (long) doubleAt(a, i);
        };
    }

    private static Storage storageOf(Object array) {
        return switch (array) {
            case float[] f -> Storage.FLOATS;
            case double[] f -> Storage.DOUBLES;
            case int[] f -> Storage.INTS;
            case long[] f -> Storage.LONGS;
            case byte[] f -> Storage.BYTES;
            case String[] f -> Storage.STRINGS;
            default ->
                throw new IllegalArgumentException(
                        "not a tensor's array: " + array.getClass().getSimpleName());
        };
    }

    private static Shape shapeOr(int length, int[] shape) {
        return shape.length == 0 ? Shape.of(length) : Shape.of(shape);
    }

    /** Equal type, shape and elements; not-a-number equals itself. */
    @Override
    public boolean equals(Object o) {
        return o instanceof Tensor t && t.type().equals(type()) && Objects.deepEquals(array(), t.array());
    }

    @Override
    public int hashCode() {
        return type().hashCode();
    }

    @Override
    public String toString() {
        String elements = size() > 12
                ? "…"
                : switch (array()) {
                    case float[] f -> Arrays.toString(f);
                    case double[] f -> Arrays.toString(f);
                    case int[] f -> Arrays.toString(f);
                    case long[] f -> Arrays.toString(f);
                    case byte[] f -> Arrays.toString(f);
                    case String[] f -> Arrays.toString(f);
                    default -> "?";
                };
        return type() + " " + elements;
    }
}
