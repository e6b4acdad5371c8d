package io.argali.runtime.op;

import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/**
 * Images in another size, as TensorFlow's {@code tf.image.resize} has them: pixels are squares whose centres lie at halves. Each axis is
 * resampled for itself: an output pixel is a weighted sum of input pixels.
 */
public final class Resampling {
    /** How the pixels between those of an image are found. */
    public enum Interpolation {
        NEAREST,
        BILINEAR,
        BICUBIC,
        LANCZOS3,
        LANCZOS5,
        AREA
    }

    /** Above so many input pixels for an output pixel, the sums are a matrix product. */
    private static final int FEW = 4;
    private static final int CUBIC_TABLE = 1 << 10;

    private Resampling() {}

    /**
     * Resizes {@code (batch, height, width, channels)}. The nearest pixel keeps its type; sums are float32.
     *
     * @param antialias whether an image that shrinks is smoothed
     */
    public static Value resize(Value images, int height, int width, Interpolation interpolation, boolean antialias) {
        Value x = interpolation == Interpolation.NEAREST ? images : images.cast(DType.FLOAT32);
        return along(along(x, 1, height, interpolation, antialias), 2, width, interpolation, antialias);
    }

    private static Value along(Value x, int axis, int length, Interpolation interpolation, boolean antialias) {
        int n = x.shape().dim(axis);
        if (interpolation == Interpolation.NEAREST) {
            float scale = n / (float) length;
            int[] nearest = IntStream.range(0, length).map(i -> Math.min((int) Math.floor((i + 0.5f) * scale), n - 1)).toArray();
            return identity(nearest, n) ? x : x.gather(Value.constant(Tensor.of(nearest)), axis);
        }
        return weighted(x, axis, taps(n, length, interpolation, antialias));
    }

    private static boolean identity(int[] indices, int n) {
        return Arrays.equals(indices, IntStream.range(0, n).toArray());
    }

    /** For each output pixel, the input pixels that it is made of and their weights; all have the same number of them. */
    private record Taps(int inputs, int[][] pixels, float[][] weights) {}

    private static Value weighted(Value x, int axis, Taps t) {
        int length = t.pixels.length, count = t.pixels[0].length;
        if (count > FEW) return product(x, axis, t);
        Shape column = Shape.of(IntStream.range(0, x.rank()).map(i -> i == axis ? length : 1).toArray());
        Value sum = null;
        for (int k = 0; k < count; k++) {
            int tap = k;
            int[] pixels = Arrays.stream(t.pixels).mapToInt(p -> p[tap]).toArray();
            float[] weights = new float[length];
            for (int i = 0; i < length; i++) weights[i] = t.weights[i][tap];
            Value part = identity(pixels, t.inputs) ? x : x.gather(Value.constant(Tensor.of(pixels)), axis);
            part = part.multiply(Value.constant(Tensor.of(weights)).reshape(column));
            sum = sum == null ? part : sum.add(part);
        }
        return java.util.Objects.requireNonNull(sum);
    }

    private static Value product(Value x, int axis, Taps t) {
        float[] matrix = new float[t.pixels.length * t.inputs];
        for (int i = 0; i < t.pixels.length; i++) {
            for (int k = 0; k < t.pixels[i].length; k++) matrix[i * t.inputs + t.pixels[i][k]] += t.weights[i][k];
        }
        Value w = Value.constant(Tensor.of(matrix, t.pixels.length, t.inputs));
        Shape s = x.shape();
        Shape rows = s.slice(0, axis).append(t.inputs, s.size(axis + 1, s.rank()));
        return w.matMul(x.reshape(rows)).reshape(s.with(axis, t.pixels.length));
    }

    private static Taps taps(int n, int length, Interpolation interpolation, boolean antialias) {
        return switch (interpolation) {
            case BILINEAR -> antialias ? filtered(n, length, true, 1, x -> Math.max(0, 1 - Math.abs(x))) : linear(n, length);
            case BICUBIC -> antialias ? filtered(n, length, true, 2, Resampling::cubic) : cubic(n, length);
            case LANCZOS3 -> filtered(n, length, antialias, 3, x -> lanczos(3, x));
            case LANCZOS5 -> filtered(n, length, antialias, 5, x -> lanczos(5, x));
            case AREA -> area(n, length);
            case NEAREST -> throw new IllegalArgumentException("the nearest pixel is no sum");
        };
    }

    private static Taps linear(int n, int length) {
        int[][] pixels = new int[length][2];
        float[][] weights = new float[length][2];
        float scale = n / (float) length;
        for (int i = 0; i < length; i++) {
            float at = (i + 0.5f) * scale - 0.5f;
            float floor = (float) Math.floor(at), part = at - floor;
            pixels[i][0] = Math.max((int) floor, 0);
            pixels[i][1] = Math.min((int) Math.ceil(at), n - 1);
            weights[i][0] = 1 - part;
            weights[i][1] = part;
        }
        return new Taps(n, pixels, weights);
    }

    // Keys' kernel with a = -0.5 from a table of 1024 entries, as TensorFlow takes it; pixels outside count nothing.
    private static Taps cubic(int n, int length) {
        int[][] pixels = new int[length][4];
        float[][] weights = new float[length][4];
        float scale = n / (float) length;
        for (int i = 0; i < length; i++) {
            float at = (i + 0.5f) * scale - 0.5f;
            int floor = (int) Math.floor(at);
            double offset = Math.rint((at - floor) * CUBIC_TABLE) / CUBIC_TABLE;
            for (int k = 0; k < 4; k++) {
                int pixel = floor - 1 + k;
                pixels[i][k] = Math.max(0, Math.min(n - 1, pixel));
                if (pixels[i][k] == pixel) weights[i][k] = (float) cubic(k - 1 - offset);
            }
            normalize(weights[i]);
        }
        return new Taps(n, pixels, weights);
    }

    private static double cubic(double x) {
        double a = Math.abs(x);
        if (a >= 2) return 0;
        return a >= 1 ? ((-0.5 * a + 2.5) * a - 4) * a + 2 : (1.5 * a - 2.5) * a * a + 1;
    }

    private static double lanczos(double radius, double x) {
        double a = Math.abs(x);
        if (a > radius) return 0;
        if (a <= 1e-3) return 1;
        return radius * Math.sin(Math.PI * a) * Math.sin(Math.PI * a / radius) / (Math.PI * Math.PI * a * a);
    }

    private static Taps filtered(int n, int length, boolean antialias, double radius, DoubleUnaryOperator kernel) {
        float inverse = 1 / (length / (float) n);
        float width = antialias ? Math.max(inverse, 1) : 1;
        int span = Math.min(2 * (int) Math.ceil(radius * width) + 1, n);
        int[][] pixels = new int[length][span];
        float[][] weights = new float[length][span];
        for (int i = 0; i < length; i++) {
            float at = (i + 0.5f) * inverse;
            if (at < 0 || at > n) continue;
            int from = Math.max(0, Math.min(n - 1, (int) Math.ceil(at - (float) (radius * width) - 0.5f)));
            int to = Math.max(0, Math.min(n - 1, (int) Math.floor(at + (float) (radius * width) - 0.5f)));
            for (int k = 0; k < span && from + k <= to; k++) {
                pixels[i][k] = from + k;
                weights[i][k] = (float) kernel.applyAsDouble((from + k + 0.5f - at) / width);
            }
            normalize(weights[i]);
        }
        return new Taps(n, pixels, weights);
    }

    /** Each output pixel is the mean of the input that it covers. */
    private static Taps area(int n, int length) {
        float scale = n / (float) length;
        int span = Math.min(n, (int) Math.ceil(scale) + 1);
        int[][] pixels = new int[length][span];
        float[][] weights = new float[length][span];
        for (int i = 0; i < length; i++) {
            float from = i * scale, to = (i + 1) * scale;
            int first = (int) Math.floor(from), last = Math.min((int) Math.ceil(to), n);
            for (int k = 0; k < span && first + k < last; k++) {
                pixels[i][k] = first + k;
                weights[i][k] = (Math.min(first + k + 1, to) - Math.max(first + k, from)) / scale;
            }
        }
        return new Taps(n, pixels, weights);
    }

    private static void normalize(float[] weights) {
        float sum = 0;
        for (float w : weights) sum += w;
        if (Math.abs(sum) < 1000 * Float.MIN_NORMAL) return;
        for (int k = 0; k < weights.length; k++) weights[k] /= sum;
    }
}
