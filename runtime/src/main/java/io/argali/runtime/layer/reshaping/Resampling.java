package io.argali.runtime.layer.reshaping;

import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;

/**
 * Images in another size, as TensorFlow's {@code tf.image.resize} makes them: one axis after the other, each output a weighted sum of the inputs
 * near it. Pixels are squares whose centres lie at halves.
 */
public final class Resampling {
    /** Up to so many inputs for an output are gathered and added; more are a matrix product. */
    private static final int FEW = 4;

    private Resampling() {}

    /**
     * Resizes an image.
     *
     * @param x (batch, rows, columns, channels)
     * @param antialias whether each output of a smaller image weighs all the inputs it covers
     * @return of x's type, rounded and cut where the type ends if that is an integer type
     */
    public static Value resize(Value x, int rows, int columns, Interpolation interpolation, boolean antialias) {
        Value y = interpolation == Interpolation.NEAREST ? x : x.cast(DType.FLOAT32);
        y = along(along(y, 1, rows, interpolation, antialias), 2, columns, interpolation, antialias);
        return saturate(y, x.dtype());
    }

    private static Value saturate(Value x, DType to) {
        if (!to.isInteger() || !x.dtype().isFloating()) return x.cast(to);
        int bits = to.bytes() * 8;
        double low = to.isUnsigned() ? 0 : -Math.scalb(1.0, bits - 1);
        double high = Math.scalb(1.0, to.isUnsigned() ? bits : bits - 1) - 1;
        // The greatest float that is not above the type's end.
        double end = (float) high > high ? Math.nextDown((float) high) : high;
        return x.unary(UnaryFunction.ROUND).maximum(low).minimum(end).cast(to);
    }

    private static Value along(Value x, int axis, int size, Interpolation interpolation, boolean antialias) {
        int n = x.shape().dim(axis);
        if (n == size && keepsPixels(interpolation)) return x;
        if (interpolation == Interpolation.NEAREST) return x.gather(constant(nearest(n, size)), axis);
        Taps taps = taps(n, size, interpolation, antialias);
        return taps.index.length <= FEW ? gathered(x, axis, taps) : product(x, axis, taps, n);
    }

    /** Whether an image in its own size stays as it is. */
    private static boolean keepsPixels(Interpolation interpolation) {
        return switch (interpolation) {
            case NEAREST, AREA, BILINEAR, BICUBIC -> true;
            case LANCZOS3, LANCZOS5, GAUSSIAN, MITCHELLCUBIC -> false;
        };
    }

    private static int[] nearest(int n, int size) {
        int[] r = new int[size];
        float scale = n / (float) size;
        for (int i = 0; i < size; i++) r[i] = Math.min((int) Math.floor((i + 0.5f) * scale), n - 1);
        return r;
    }

    private static Value constant(int[] indices) {
        return Value.constant(Tensor.of(indices, indices.length));
    }

    private static Value gathered(Value x, int axis, Taps taps) {
        int[] d = new int[x.rank()];
        Arrays.fill(d, 1);
        d[axis] = taps.index[0].length;
        Value sum = null;
        for (int t = 0; t < taps.index.length; t++) {
            Value part = x.gather(constant(taps.index[t]), axis).multiply(Value.constant(Tensor.of(taps.weight[t], d)));
            sum = sum == null ? part : sum.add(part);
        }
        return Objects.requireNonNull(sum);
    }

    private static Value product(Value x, int axis, Taps taps, int n) {
        int size = taps.index[0].length;
        float[] matrix = new float[size * n];
        for (int t = 0; t < taps.index.length; t++) {
            for (int i = 0; i < size; i++) matrix[i * n + taps.index[t][i]] += taps.weight[t][i];
        }
        Shape s = x.shape();
        Value columns = x.reshape(s.size(0, axis), n, s.size(axis + 1, s.rank()));
        return Value.constant(Tensor.of(matrix, size, n)).matMul(columns).reshape(s.with(axis, size));
    }

    /** For each output, the inputs it is made of and their weights; the first index counts the inputs of an output. */
    private record Taps(int[][] index, float[][] weight) {
        static Taps of(int count, int size) {
            return new Taps(new int[count][size], new float[count][size]);
        }

        /** Makes the weights of an output add up to 1. */
        void normalize(int output) {
            float sum = 0;
            for (float[] w : weight) sum += w[output];
            if (Math.abs(sum) < 1000 * Float.MIN_NORMAL) return;
            for (float[] w : weight) w[output] /= sum;
        }
    }

    private static Taps taps(int n, int size, Interpolation interpolation, boolean antialias) {
        return switch (interpolation) {
            case NEAREST, AREA -> area(n, size);
            case BILINEAR -> antialias ? spans(n, size, 1, Resampling::triangle, true) : bilinear(n, size);
            case BICUBIC -> antialias ? spans(n, size, 2, Resampling::cubic, true) : bicubic(n, size);
            case LANCZOS3 -> spans(n, size, 3, x -> lanczos(x, 3), antialias);
            case LANCZOS5 -> spans(n, size, 5, x -> lanczos(x, 5), antialias);
            case GAUSSIAN -> spans(n, size, 1.5, x -> x < 1.5 ? Math.exp(-2 * x * x) : 0, antialias);
            case MITCHELLCUBIC -> spans(n, size, 2, Resampling::mitchell, antialias);
        };
    }

    private static Taps bilinear(int n, int size) {
        Taps taps = Taps.of(2, size);
        float scale = n / (float) size;
        for (int i = 0; i < size; i++) {
            float at = (i + 0.5f) * scale - 0.5f, floor = (float) Math.floor(at);
            taps.index[0][i] = Math.max((int) floor, 0);
            taps.index[1][i] = Math.min((int) Math.ceil(at), n - 1);
            taps.weight[1][i] = at - floor;
            taps.weight[0][i] = 1 - taps.weight[1][i];
        }
        return taps;
    }

    /** TensorFlow rounds where a bicubic output lies between its inputs to 1/1024. */
    private static Taps bicubic(int n, int size) {
        Taps taps = Taps.of(4, size);
        float scale = n / (float) size;
        for (int i = 0; i < size; i++) {
            float at = (i + 0.5f) * scale - 0.5f;
            int floor = (int) Math.floor(at);
            double offset = Math.rint((at - floor) * 1024) / 1024;
            for (int t = 0; t < 4; t++) {
                int source = floor - 1 + t;
                taps.index[t][i] = Math.clamp(source, 0, n - 1);
                if (source >= 0 && source < n) taps.weight[t][i] = (float) cubic(Math.abs(t - 1 - offset));
            }
            taps.normalize(i);
        }
        return taps;
    }

    /** TensorFlow's scale_and_translate: a kernel around where the output lies, as wide as the output if antialiased. */
    private static Taps spans(int n, int size, double radius, DoubleUnaryOperator kernel, boolean antialias) {
        float inverse = 1 / (size / (float) n), stretch = antialias ? Math.max(inverse, 1) : 1;
        int count = Math.min(2 * (int) Math.ceil(radius * stretch) + 1, n);
        Taps taps = Taps.of(count, size);
        for (int i = 0; i < size; i++) {
            float at = (i + 0.5f) * inverse;
            int from = Math.clamp((int) Math.ceil(at - radius * stretch - 0.5f), 0, n - 1);
            int to = Math.clamp((int) Math.floor(at + radius * stretch - 0.5f), 0, n - 1);
            for (int t = 0; t < count; t++) {
                taps.index[t][i] = Math.min(from + t, to);
                if (from + t <= to)
                    taps.weight[t][i] = (float) kernel.applyAsDouble(Math.abs((from + t + 0.5f - at) / stretch));
            }
            taps.normalize(i);
        }
        return taps;
    }

    private static Taps area(int n, int size) {
        double scale = n / (double) size;
        Taps taps = Taps.of(Math.min((int) Math.ceil(scale) + 1, n), size);
        for (int i = 0; i < size; i++) {
            double from = i * scale, to = from + scale;
            for (int t = 0; t < taps.index.length; t++) {
                int source = (int) Math.floor(from) + t;
                taps.index[t][i] = Math.min(source, n - 1);
                taps.weight[t][i] = (float) (Math.max(0, Math.min(to, source + 1) - Math.max(from, source)) / scale);
            }
        }
        return taps;
    }

    private static double triangle(double x) {
        return Math.max(0, 1 - x);
    }

    /** Keys' kernel with a = -½. */
    private static double cubic(double x) {
        if (x >= 2) return 0;
        return x >= 1 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : (1.5 * x - 2.5) * x * x + 1;
    }

    /** Mitchell's and Netravali's kernel with B = C = ⅓. */
    private static double mitchell(double x) {
        if (x >= 2) return 0;
        return x >= 1 ? ((-7.0 / 18 * x + 2) * x - 10.0 / 3) * x + 16.0 / 9 : (7.0 / 6 * x - 2) * x * x + 8.0 / 9;
    }

    private static double lanczos(double x, int radius) {
        if (x > radius) return 0;
        if (x <= 1e-3) return 1;
        return radius * Math.sin(Math.PI * x) * Math.sin(Math.PI * x / radius) / (Math.PI * Math.PI * x * x);
    }
}
