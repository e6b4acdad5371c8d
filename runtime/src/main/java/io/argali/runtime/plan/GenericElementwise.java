package io.argali.runtime.plan;

import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import java.util.Objects;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/** Elementwise operations on types that the float32 programs do not take: doubles, integers, bools, strings, and casts between them. */
final class GenericElementwise implements Step {
    private final Node node;
    private final Buffer[] in;
    private final Buffer out;
    /** Stands for: each element of the result reads the input's element at its own place. */
    private static final int[] OWN = {};

    /** For each input, the element that each element of the result reads. */
    private final int[][] index;

    private final int n;

    GenericElementwise(Node node, Buffer[] in, Buffer out) {
        this.node = node;
        this.in = in;
        this.out = out;
        Shape shape = node.types().get(0).shape();
        this.n = shape.size();
        this.index = node.inputs().stream()
                .map(v -> Objects.requireNonNullElse(Strides.offsets(Strides.broadcast(v.shape(), shape), shape), OWN))
                .toArray(int[][]::new);
    }

    @Override
    public Runnable bind(Workspace w) {
        return () -> run(w);
    }

    private int at(int input, int i) {
        int[] map = index[input];
        return in[input].offset() + (map.length == 0 ? i : map[i]);
    }

    private void run(Workspace w) {
        Object y = out.array(w);
        int o = out.offset();
        switch (node.op()) {
            case Op.Unary u -> unary(u.function(), in[0].array(w), y, o);
            case Op.Binary b -> binary(b.function(), in[0].array(w), in[1].array(w), y, o);
            case Op.Select s -> select((byte[]) in[0].array(w), in[1].array(w), in[2].array(w), y, o);
            case Op.Cast c -> cast(in[0].array(w), y, o);
            default -> throw new IllegalStateException("not elementwise: " + node);
        }
    }

    private void unary(UnaryFunction f, Object x, Object y, int o) {
        switch (x) {
            case double[] a
            when y instanceof byte[] b -> {
                for (int i = 0; i < n; i++) b[o + i] = (byte) (predicate(f, a[at(0, i)]) ? 1 : 0);
            }
            case double[] a -> {
                DoubleUnaryOperator g = ScalarFunctions.ofDoubles(f);
                double[] b = (double[]) y;
                for (int i = 0; i < n; i++) b[o + i] = g.applyAsDouble(a[at(0, i)]);
            }
            default -> {
                LongUnaryOperator g = ScalarFunctions.ofLongs(f);
                for (int i = 0; i < n; i++) put(y, o + i, g.applyAsLong(get(x, at(0, i))));
            }
        }
    }

    private static boolean predicate(UnaryFunction f, double x) {
        return switch (f) {
            case IS_NAN -> Double.isNaN(x);
            case IS_INFINITE -> Double.isInfinite(x);
            default -> Double.isFinite(x);
        };
    }

    private void binary(BinaryFunction f, Object a, Object b, Object y, int o) {
        switch (a) {
            case String[] s -> {
                String[] t = (String[]) b;
                byte[] r = (byte[]) y;
                for (int i = 0; i < n; i++) {
                    int c = s[at(0, i)].compareTo(t[at(1, i)]);
                    r[o + i] = (byte) (ScalarFunctions.compare(f, c) ? 1 : 0);
                }
            }
            case double[] s -> {
                double[] t = (double[]) b;
                DoubleBinaryOperator g = ScalarFunctions.ofDoubles(f);
                if (y instanceof byte[] r) {
                    for (int i = 0; i < n; i++) r[o + i] = (byte) g.applyAsDouble(s[at(0, i)], t[at(1, i)]);
                } else {
                    double[] r = (double[]) y;
                    for (int i = 0; i < n; i++) r[o + i] = g.applyAsDouble(s[at(0, i)], t[at(1, i)]);
                }
            }
            default -> {
                LongBinaryOperator g = ScalarFunctions.ofLongs(f);
                for (int i = 0; i < n; i++) put(y, o + i, g.applyAsLong(get(a, at(0, i)), get(b, at(1, i))));
            }
        }
    }

    @SuppressWarnings("SuspiciousSystemArraycopy") // both are arrays of one kind
    private void select(byte[] c, Object a, Object b, Object y, int o) {
        for (int i = 0; i < n; i++) {
            boolean first = c[at(0, i)] != 0;
            System.arraycopy(first ? a : b, at(first ? 1 : 2, i), y, o + i, 1);
        }
    }

    private void cast(Object x, Object y, int o) {
        DType to = out.dtype;
        for (int i = 0; i < n; i++) {
            int at = at(0, i);
            switch (y) {
                case float[] r ->
                    r[o + i] = to.round(
                            x instanceof double[] d
                                    ? (float) d[at]
                                    : x instanceof float[] f ? f[at] : (float) get(x, at));
                case double[] r ->
                    r[o + i] = x instanceof float[] f ? f[at] : x instanceof double[] d ? d[at] : (double) get(x, at);
                case byte[] r -> r[o + i] = (byte) (isZero(x, at) ? 0 : 1);
                default ->
                    put(
                            y,
                            o + i,
                            x instanceof float[] f
                                    ? (long) f[at]
                                    : x instanceof double[] d ? (long) d[at] : get(x, at));
            }
        }
    }

    private static boolean isZero(Object x, int i) {
        return switch (x) {
            case float[] f -> f[i] == 0;
            case double[] f -> f[i] == 0;
            default -> get(x, i) == 0;
        };
    }

    private static long get(Object x, int i) {
        return switch (x) {
            case int[] a -> a[i];
            case long[] a -> a[i];
            default -> ((byte[]) x)[i];
        };
    }

    private void put(Object y, int i, long v) {
        switch (y) {
            case int[] a -> a[i] = out.dtype.wrap((int) v);
            case long[] a -> a[i] = out.dtype.wrap(v);
            default -> ((byte[]) y)[i] = (byte) v;
        }
    }
}
