package io.argali.runtime.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.IntStream;

/** The lengths of a tensor's axes. In a specification an axis may be {@link #UNKNOWN}; in a graph all are known. */
public final class Shape {
    /** Stands for Keras' {@code None}. */
    public static final int UNKNOWN = -1;

    public static final Shape SCALAR = new Shape(new int[0]);

    private final int[] dims;

    private Shape(int[] dims) {
        this.dims = dims;
    }

    public static Shape of(int... dims) {
        for (int d : dims) {
            if (d < UNKNOWN) throw new ShapeException("negative length in shape " + Arrays.toString(dims));
        }
        return dims.length == 0 ? SCALAR : new Shape(dims.clone());
    }

    public static Shape of(List<Integer> dims) {
        return of(dims.stream().mapToInt(Integer::intValue).toArray());
    }

    public int rank() {
        return dims.length;
    }

    /** The length of an axis; negative axes count from the end. */
    public int dim(int axis) {
        return dims[axis(axis)];
    }

    /** The length of the last axis. */
    public int last() {
        return dim(-1);
    }

    /** The axis as a number from 0; negative ones count from the end. */
    public int axis(int axis) {
        int a = axis < 0 ? axis + dims.length : axis;
        if (a < 0 || a >= dims.length) {
            throw new ShapeException("axis " + axis + " is out of range for shape " + this);
        }
        return a;
    }

    public int[] toArray() {
        return dims.clone();
    }

    public List<Integer> toList() {
        return Arrays.stream(dims).boxed().toList();
    }

    public boolean isKnown() {
        for (int d : dims) if (d == UNKNOWN) return false;
        return true;
    }

    /**
     * The number of elements.
     *
     * @throws ShapeException if it exceeds what a Java array holds, or an axis is unknown
     */
    public int size() {
        long n = 1;
        for (int d : dims) {
            if (d == UNKNOWN) throw new ShapeException("shape " + this + " has no size");
            n *= d;
            if (n > Integer.MAX_VALUE - 16) throw new ShapeException("shape " + this + " has too many elements");
        }
        return (int) n;
    }

    /** The product of the lengths of the axes {@code [from, to)}. */
    public int size(int from, int to) {
        int n = 1;
        for (int i = from; i < to; i++) n *= dims[i];
        return n;
    }

    /** This shape with one axis of another length. */
    public Shape with(int axis, int length) {
        int[] d = dims.clone();
        d[axis(axis)] = length;
        return of(d);
    }

    /** This shape without an axis. */
    public Shape without(int axis) {
        int a = axis(axis);
        return of(IntStream.range(0, dims.length)
                .filter(i -> i != a)
                .map(i -> dims[i])
                .toArray());
    }

    /** This shape with an axis of the given length put in before position {@code axis} (0 … rank; negative from the end). */
    public Shape insert(int axis, int length) {
        int a = axis < 0 ? axis + dims.length + 1 : axis;
        int[] d = new int[dims.length + 1];
        System.arraycopy(dims, 0, d, 0, a);
        d[a] = length;
        System.arraycopy(dims, a, d, a + 1, dims.length - a);
        return of(d);
    }

    public Shape append(int... more) {
        int[] d = Arrays.copyOf(dims, dims.length + more.length);
        System.arraycopy(more, 0, d, dims.length, more.length);
        return of(d);
    }

    /** The axes {@code [from, to)} alone. */
    public Shape slice(int from, int to) {
        return of(Arrays.copyOfRange(dims, from, to));
    }

    /** Row-major strides, in elements. */
    public int[] strides() {
        int[] s = new int[dims.length];
        int n = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            s[i] = n;
            n *= dims[i];
        }
        return s;
    }

    /**
     * The shape that two shapes broadcast to, by NumPy's rule.
     *
     * @throws ShapeException if they do not fit
     */
    public static Shape broadcast(Shape a, Shape b) {
        if (a.equals(b)) return a;
        int rank = Math.max(a.rank(), b.rank());
        int[] d = new int[rank];
        for (int i = 1; i <= rank; i++) {
            int x = i <= a.rank() ? a.dim(-i) : 1;
            int y = i <= b.rank() ? b.dim(-i) : 1;
            if (x != y && x != 1 && y != 1) {
                throw new ShapeException("shapes " + a + " and " + b + " do not broadcast together");
            }
            d[rank - i] = x == 1 ? y : x;
        }
        return of(d);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Shape s && Arrays.equals(dims, s.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    /** As Keras writes it: {@code (None, 28, 28, 1)}, {@code (3,)}, {@code ()}. */
    @Override
    public String toString() {
        StringJoiner j = new StringJoiner(", ", "(", dims.length == 1 ? ",)" : ")");
        for (int d : dims) j.add(d == UNKNOWN ? "None" : Integer.toString(d));
        return j.toString();
    }
}
