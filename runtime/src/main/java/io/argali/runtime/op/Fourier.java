package io.argali.runtime.op;

import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Discrete Fourier transforms as matrix products with cosines and sines, computed in float64 once. */
public final class Fourier {
    private Fourier() {}

    /** Complex numbers as two values. */
    public record Complex(Value real, Value imaginary) {}

    private static Value table(int rows, int columns, int period, boolean cosine, double factor, DType type) {
        double[] t = new double[rows * columns];
        for (int i = 0; i < rows; i++) {
            for (int k = 0; k < columns; k++) {
                double angle = 2 * Math.PI * ((long) i * k % period) / period;
                t[i * columns + k] = factor * (cosine ? Math.cos(angle) : Math.sin(angle));
            }
        }
        return Value.constant(
                Tensor.wrap(DType.FLOAT64, Shape.of(rows, columns), t).cast(type));
    }

    /** The transform over the last axis. */
    public static Complex transform(Complex x) {
        int n = x.real.shape().last();
        Value cos = table(n, n, n, true, 1, x.real.dtype()), sin = table(n, n, n, false, 1, x.real.dtype());
        return new Complex(
                x.real.matMul(cos).add(x.imaginary.matMul(sin)),
                x.imaginary.matMul(cos).subtract(x.real.matMul(sin)));
    }

    /** The transform over the last two axes. */
    public static Complex transform2(Complex x) {
        return swapped(transform(swapped(transform(x))));
    }

    private static Complex swapped(Complex x) {
        return new Complex(x.real.moveAxis(-1, -2), x.imaginary.moveAxis(-1, -2));
    }

    /** The lower half of the transform of real numbers, cut or filled with zeros to a length. */
    public static Complex ofReal(Value x, int length) {
        Value y = fitted(x, length);
        int n = length / 2 + 1;
        return new Complex(
                y.matMul(table(length, n, length, true, 1, x.dtype())),
                y.matMul(table(length, n, length, false, -1, x.dtype())));
    }

    /** The real numbers that a lower half is the transform of. */
    public static Value toReal(Complex x, int length) {
        int n = length / 2 + 1;
        DType type = x.real.dtype();
        double[] twice = new double[n];
        for (int k = 0; k < n; k++) twice[k] = k == 0 || 2 * k == length ? 1.0 / length : 2.0 / length;
        Value weights = Value.constant(Tensor.of(twice).cast(type));
        Value real = fitted(x.real, n).multiply(weights),
                imaginary = fitted(x.imaginary, n).multiply(weights);
        return real.matMul(table(n, length, length, true, 1, type))
                .subtract(imaginary.matMul(table(n, length, length, false, 1, type)));
    }

    private static Value fitted(Value x, int length) {
        int n = x.shape().last();
        return n >= length ? x.slice(-1, 0, length) : x.pad(-1, 0, length - n);
    }

    /** Pieces of the last axis, one every {@code step}: (…, n) → (…, frames, length). */
    public static Value frames(Value x, int length, int step) {
        int n = x.shape().last(), count = n < length ? 0 : (n - length) / step + 1;
        int[] at = IntStream.range(0, count * length)
                .map(i -> i / length * step + i % length)
                .toArray();
        return x.gather(Value.constant(Tensor.of(at, count, length)), -1);
    }

    /** The sums of frames (…, frames, length) laid one every {@code step}: (…, n). */
    public static Value overlapped(Value frames, int step) {
        int count = frames.shape().dim(-2), length = frames.shape().last(), pieces = (length + step - 1) / step;
        // Each frame is cut into pieces of a step; piece p of frame f goes to place f + p.
        Value cut = frames.pad(-1, 0, pieces * step - length);
        Shape rows = frames.shape().slice(0, frames.rank() - 2);
        Value sum = null;
        for (int p = 0; p < pieces; p++) {
            Value piece = cut.slice(-1, p * step, (p + 1) * step).pad(-2, p, pieces - 1 - p);
            sum = sum == null ? piece : sum.add(piece);
        }
        int n = (count - 1) * step + length;
        return java.util.Objects.requireNonNull(sum)
                .reshape(rows.append((count + pieces - 1) * step))
                .slice(-1, 0, n);
    }

    /** Hann's or Hamming's window, periodic; null for none. */
    public static float @Nullable [] window(@Nullable String name, int length) {
        if (name == null) return null;
        double a = switch (name) {
            case "hann" -> 0.5;
            case "hamming" -> 0.54;
            default -> throw new ShapeException("unknown window \"" + name + "\"; known: hann, hamming");
        };
        float[] w = new float[length];
        // TensorFlow's windows of an odd length are symmetric all the same.
        int n = length % 2 == 0 ? length : length - 1;
        for (int i = 0; i < length; i++) w[i] = length == 1 ? 1 : (float) (a - (1 - a) * Math.cos(2 * Math.PI * i / n));
        return w;
    }

    /**
     * The transforms of windowed frames: (…, time) → (…, frames, frequencies).
     *
     * @param window of the frames' length; null for none
     * @param center whether frames are centred on their place, with mirror images at the ends
     */
    public static Complex shortTime(
            Value x, int length, int step, int fftLength, float @Nullable [] window, boolean center) {
        Value y = center ? mirrored(x, fftLength / 2) : x;
        Value frames = frames(y, fftLength, step);
        if (window != null) {
            float[] wide = new float[fftLength];
            System.arraycopy(window, 0, wide, (fftLength - length) / 2, length);
            frames = frames.multiply(Value.constant(Tensor.of(wide).cast(x.dtype())));
        }
        return ofReal(frames, fftLength);
    }

    private static Value mirrored(Value x, int by) {
        int n = x.shape().last();
        if (by >= n)
            throw new ShapeException(
                    "a sound of " + n + " samples is too short for frames centred " + by + " from its ends");
        List<Value> parts = new ArrayList<>();
        if (by > 0) parts.add(x.slice(-1, 1, by + 1).reverse(-1));
        parts.add(x);
        if (by > 0) parts.add(x.slice(-1, n - 1 - by, n - 1).reverse(-1));
        return Value.concat(-1, parts);
    }
}
