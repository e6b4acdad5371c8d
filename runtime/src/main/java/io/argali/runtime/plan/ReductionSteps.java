package io.argali.runtime.plan;

import io.argali.runtime.kernel.Kernels;
import io.argali.runtime.kernel.Workers;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.ReduceFunction;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.IntConsumer;
import java.util.function.LongBinaryOperator;

/**
 * The steps of reductions over one run of neighbouring axes: the input is seen as (outer, n, inner), n is folded. {@link Rewrites} brings every
 * reduction into that form.
 */
final class ReductionSteps {
    private ReductionSteps() {}

    static Step of(Node node, Buffer in, Buffer out, Kernels kernels, Workers workers) {
        Shape x = node.input(0).shape();
        return switch ((Op.Reduction) node.op()) {
            case Op.Reduce r -> {
                int first = r.axes().get(0), last = r.axes().get(r.axes().size() - 1) + 1;
                View v = new View(x.size(0, first), x.size(first, last), x.size(last, x.rank()));
                yield reduce(r.function(), v, in, out, kernels, workers);
            }
            case Op.ArgReduce a ->
                w -> () -> argReduce(
                        a.max(), View.along(x, a.axis()), in.array(w), in.offset(), (int[]) out.array(w), out.offset());
            case Op.Cumulative c -> w -> () -> cumulative(c, View.along(x, c.axis()), in, out, w);
            case Op.ArgSort s ->
                w -> () -> argSort(
                        s.descending(),
                        View.along(x, s.axis()),
                        in.array(w),
                        in.offset(),
                        (int[]) out.array(w),
                        out.offset());
        };
    }

    private record View(int outer, int n, int inner) {
        static View along(Shape s, int axis) {
            return new View(s.size(0, axis), s.dim(axis), s.size(axis + 1, s.rank()));
        }
    }

    private static Step reduce(ReduceFunction f, View v, Buffer in, Buffer out, Kernels kernels, Workers workers) {
        if (in.dtype.storage() != DType.Storage.FLOATS) return w -> () -> reduceGeneric(f, v, in, out, w);
        long work = (long) v.outer * v.n * v.inner;
        // Columns are split where there are too few rows, so that global pooling of one image uses all cores too.
        int columnParts = v.inner >= 128 ? Math.min(v.inner / 64, workers.parallelism()) : 1;
        int parts = work < 1 << 15 ? 1 : v.outer >= workers.parallelism() ? workers.parallelism() : 1;
        int columns = parts == 1 && work >= 1 << 15 ? columnParts : 1;
        return w -> {
            IntConsumer task = t -> {
                int rowPart = t / columns, columnPart = t % columns;
                int from = (int) ((long) v.outer * rowPart / parts),
                        to = (int) ((long) v.outer * (rowPart + 1) / parts);
                int c0 = (int) ((long) v.inner * columnPart / columns),
                        c1 = (int) ((long) v.inner * (columnPart + 1) / columns);
                reduceFloats(f, v, in.floats(w), in.offset(), out.floats(w), out.offset(), from, to, c0, c1, kernels);
                if (out.dtype != DType.FLOAT32) round(out, w, from * v.inner, to * v.inner);
            };
            return () -> workers.run(parts * columns, task);
        };
    }

    private static void reduceFloats(
            ReduceFunction f,
            View v,
            float[] x,
            int xo,
            float[] y,
            int yo,
            int from,
            int to,
            int c0,
            int c1,
            Kernels kernels) {
        for (int o = from; o < to; o++) {
            int row = xo + o * v.n * v.inner;
            if (v.inner == 1) y[yo + o] = kernels.reduce().reduce(f, x, row, v.n);
            else kernels.reduce().reduceColumns(f, x, row + c0, v.n, c1 - c0, v.inner, y, yo + o * v.inner + c0);
        }
    }

    private static void round(Buffer out, Workspace w, int from, int to) {
        float[] y = out.floats(w);
        for (int i = out.offset() + from; i < out.offset() + to; i++) y[i] = out.dtype.round(y[i]);
    }

    private static void reduceGeneric(ReduceFunction f, View v, Buffer in, Buffer out, Workspace w) {
        Object x = in.array(w), y = out.array(w);
        for (int o = 0; o < v.outer; o++) {
            for (int i = 0; i < v.inner; i++) {
                int at = in.offset() + o * v.n * v.inner + i, to = out.offset() + o * v.inner + i;
                if (x instanceof double[] d) {
                    DoubleBinaryOperator g = ScalarFunctions.ofDoubles(f);
                    double r = start(f);
                    for (int k = 0; k < v.n; k++) r = g.applyAsDouble(r, d[at + k * v.inner]);
                    ((double[]) y)[to] = r;
                } else {
                    LongBinaryOperator g = ScalarFunctions.ofLongs(f);
                    long r = start(f, out.dtype);
                    for (int k = 0; k < v.n; k++) r = g.applyAsLong(r, get(x, at + k * v.inner));
                    put(y, to, r, out.dtype);
                }
            }
        }
    }

    /** What a fold of nothing gives. */
    private static double start(ReduceFunction f) {
        return switch (f) {
            case PRODUCT -> 1;
            case MAX -> Double.NEGATIVE_INFINITY;
            case MIN -> Double.POSITIVE_INFINITY;
            case SUM, ANY, ALL -> 0;
        };
    }

    private static long start(ReduceFunction f, DType type) {
        int bits = type.bytes() * 8;
        return switch (f) {
            case PRODUCT, ALL -> 1;
            case MAX -> type.isUnsigned() ? 0 : -1L << bits - 1;
            case MIN -> type.isUnsigned() ? -1L >>> 64 - bits : ~(-1L << bits - 1);
            case SUM, ANY -> 0;
        };
    }

    private static long get(Object x, int i) {
        return switch (x) {
            case int[] a -> a[i];
            case long[] a -> a[i];
            default -> ((byte[]) x)[i];
        };
    }

    private static void put(Object y, int i, long v, DType type) {
        switch (y) {
            case int[] a -> a[i] = type.wrap((int) v);
            case long[] a -> a[i] = type.wrap(v);
            default -> ((byte[]) y)[i] = (byte) v;
        }
    }

    /** The sign of x[i] − x[j]; not-a-number is greatest, as in NumPy. */
    private static int compare(Object x, int i, int j) {
        return switch (x) {
            case float[] a -> compareNumbers(a[i], a[j]);
            case double[] a -> compareNumbers(a[i], a[j]);
            case String[] a -> a[i].compareTo(a[j]);
            default -> Long.compare(get(x, i), get(x, j));
        };
    }

    private static int compareNumbers(double a, double b) {
        return a < b ? -1 : a > b ? 1 : a == b ? 0 : Boolean.compare(Double.isNaN(a), Double.isNaN(b));
    }

    private static boolean isNaN(Object x, int i) {
        return x instanceof float[] f ? Float.isNaN(f[i]) : x instanceof double[] d && Double.isNaN(d[i]);
    }

    private static void argReduce(boolean max, View v, Object x, int xo, int[] y, int yo) {
        for (int o = 0; o < v.outer; o++) {
            for (int i = 0; i < v.inner; i++) {
                int at = xo + o * v.n * v.inner + i, best = 0;
                for (int k = 1; k < v.n; k++) {
                    if (isNaN(x, at + best * v.inner)) break;
                    int c = compare(x, at + k * v.inner, at + best * v.inner);
                    if (isNaN(x, at + k * v.inner) || (max ? c > 0 : c < 0)) best = k;
                }
                y[yo + o * v.inner + i] = best;
            }
        }
    }

    private static void cumulative(Op.Cumulative c, View v, Buffer in, Buffer out, Workspace w) {
        Object x = in.array(w), y = out.array(w);
        DoubleBinaryOperator f =
                x instanceof float[] || x instanceof double[] ? ScalarFunctions.ofDoubles(c.function()) : null;
        LongBinaryOperator g = f == null ? ScalarFunctions.ofLongs(c.function()) : null;
        for (int o = 0; o < v.outer; o++) {
            for (int i = 0; i < v.inner; i++) {
                double d = start(c.function());
                long l = start(c.function(), out.dtype);
                for (int k = 0; k < v.n; k++) {
                    int p = c.reverse() ? v.n - 1 - k : k;
                    int at = o * v.n * v.inner + p * v.inner + i;
                    double before = d;
                    long longBefore = l;
                    if (f != null) {
                        double e = x instanceof float[] a ? a[in.offset() + at] : ((double[]) x)[in.offset() + at];
                        d = f.applyAsDouble(d, e);
                        double r = c.exclusive() ? before : d;
                        if (y instanceof float[] b) {
                            b[out.offset() + at] = out.dtype.round((float) r);
                            if (!c.exclusive())
                                d = b[out.offset() + at]; // a running sum in the type itself, as Keras has it
                        } else {
                            ((double[]) y)[out.offset() + at] = r;
                        }
                    } else {
                        long e = get(x, in.offset() + at);
                        l = java.util.Objects.requireNonNull(g).applyAsLong(l, e);
                        put(y, out.offset() + at, c.exclusive() ? longBefore : l, out.dtype);
                    }
                }
            }
        }
    }

    private static void argSort(boolean descending, View v, Object x, int xo, int[] y, int yo) {
        Integer[] order = new Integer[v.n];
        for (int o = 0; o < v.outer; o++) {
            for (int i = 0; i < v.inner; i++) {
                int at = xo + o * v.n * v.inner + i;
                Arrays.setAll(order, k -> k);
                Arrays.sort(order, (p, q) -> {
                    int c = compare(x, at + p * v.inner, at + q * v.inner);
                    return descending ? -c : c;
                });
                for (int k = 0; k < v.n; k++) y[yo + (o * v.n + k) * v.inner + i] = order[k];
            }
        }
    }
}
