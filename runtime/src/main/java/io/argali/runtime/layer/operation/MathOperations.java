package io.argali.runtime.layer.operation;

import io.argali.runtime.layer.Activations;
import io.argali.runtime.op.Fourier;
import io.argali.runtime.op.Fourier.Complex;
import io.argali.runtime.op.ReduceFunction;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.special.SpecialFunction;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The operations of keras/src/ops/math.py. Complex tensors are pairs of real ones; a tensor of complex type is not supported. */
final class MathOperations {
    private MathOperations() {}

    static Table table() {
        Table t = new Table("math");
        t.unary("Rsqrt", Table::same, UnaryFunction.RSQRT);
        t.unary("Erf", Table::same, UnaryFunction.ERF);
        t.unary("Erfc", Table::same, SpecialFunction.ERFC::of);
        t.unary("Erfinv", Table::same, UnaryFunction.ERF_INVERSE);
        t.value("Logsumexp", a -> {
            Value x = a.value(0, "x");
            int[] axes = a.axes(x.rank());
            return axes.length == 0 ? x : Activations.logSumExp(x, a.keepDims(), axes);
        });
        t.results("TopK", a -> {
            Value x = a.value(0, "x");
            Value order = x.argSort(-1, true).slice(-1, 0, a.integer("k", 1));
            return List.of(Activations.takeAlong(x, order, -1), order);
        });
        t.value("InTopK", a -> {
            Value targets = a.value(0, "targets").expandDims(-1), predictions = a.value(1, "predictions");
            Value target = Activations.takeAlong(predictions, targets, -1);
            Value above = predictions.greater(target).cast(DType.INT32).sum(false, -1);
            return above.less(a.integer("k", 1)).and(target.squeeze(-1).unary(UnaryFunction.IS_FINITE));
        });
        t.value("CDist", a -> {
            Value x = a.value(0, "x"), y = a.value(1, "y");
            return x.expandDims(-2)
                    .subtract(y.expandDims(-3))
                    .square()
                    .sum(false, -1)
                    .sqrt();
        });
        t.value("SegmentSum", a -> segments(a, ReduceFunction.SUM));
        t.value("SegmentMax", a -> segments(a, ReduceFunction.MAX));
        t.value("SegmentMin", a -> segments(a, ReduceFunction.MIN));
        t.value("SegmentProd", a -> segments(a, ReduceFunction.PRODUCT));
        // Of a positive definite matrix, as Keras asks.
        t.unary(
                "Logdet",
                Table::same,
                x -> NumpyOperations.diagonal(MatrixFunctions.cholesky(x), 0, -2, -1)
                        .log()
                        .sum(false, -1)
                        .multiply(2));
        fourier(t);
        return t;
    }

    private static void fourier(Table t) {
        t.value(
                "ExtractSequences",
                a -> Fourier.frames(a.value(0, "x"), a.integer("sequence_length", 1), a.integer("sequence_stride", 1)));
        t.results("FFT", a -> both(Fourier.transform(complex(a))));
        t.results("FFT2", a -> both(Fourier.transform2(complex(a))));
        t.results("IFFT2", a -> {
            Complex x = complex(a);
            Complex y = Fourier.transform2(new Complex(x.real(), x.imaginary().negate()));
            double n = (double) x.real().shape().dim(-2) * x.real().shape().last();
            return List.of(y.real().divide(n), y.imaginary().negate().divide(n));
        });
        t.results("RFFT", a -> {
            Value x = a.value(0, "x");
            return both(Fourier.ofReal(x, a.integer("fft_length", x.shape().last())));
        });
        t.value("IRFFT", a -> {
            Complex x = complex(a);
            return Fourier.toReal(
                    x, a.integer("fft_length", 2 * (x.real().shape().last() - 1)));
        });
        t.results("STFT", a -> {
            int length = a.integer("sequence_length", 1);
            return both(Fourier.shortTime(
                    a.value(0, "x"),
                    length,
                    a.integer("sequence_stride", 1),
                    a.integer("fft_length", length),
                    window(a, length),
                    a.flag("center", true)));
        });
        t.value("ISTFT", MathOperations::inverseStft);
    }

    private static float @Nullable [] window(OperationArguments a, int length) {
        Object w = a.option("window");
        if (w instanceof Tensor t) return t.toFloatArray();
        if (w instanceof List<?> l) {
            float[] r = new float[l.size()];
            for (int i = 0; i < r.length; i++) r[i] = ((Number) l.get(i)).floatValue();
            return r;
        }
        return Fourier.window((String) w, length);
    }

    private static Complex complex(OperationArguments a) {
        List<Value> x = a.values(0, "x");
        return new Complex(x.get(0), x.get(1));
    }

    private static List<Value> both(Complex x) {
        return List.of(x.real(), x.imaginary());
    }

    private static Value inverseStft(OperationArguments a) {
        Complex x = complex(a);
        int length = a.integer("sequence_length", 1),
                step = a.integer("sequence_stride", 1),
                fft = a.integer("fft_length", length);
        Value frames = Fourier.toReal(x, fft);
        float[] window = window(a, length);
        if (window != null) {
            float[] wide = new float[fft];
            System.arraycopy(window, 0, wide, (fft - length) / 2, length);
            frames = frames.multiply(
                    Value.constant(Tensor.of(inverse(wide, step)).cast(frames.dtype())));
        }
        Value sound = Fourier.overlapped(frames, step);
        int total = sound.shape().last();
        boolean center = a.flag("center", true);
        int start = center ? fft / 2 : 0;
        Integer wanted = a.integer("length");
        int end = wanted != null ? Math.min(total, start + wanted) : center ? total - fft / 2 : total;
        return sound.slice(-1, start, end);
    }

    /** The window that undoes another where frames overlap: divided by the sum of its squares over the frames. */
    private static float[] inverse(float[] window, int step) {
        float[] r = new float[window.length];
        for (int i = 0; i < window.length; i++) {
            double sum = 0;
            for (int k = i % step; k < window.length; k += step) sum += (double) window[k] * window[k];
            r[i] = sum == 0 ? 0 : (float) (window[i] / sum);
        }
        return r;
    }

    private static Value segments(OperationArguments a, ReduceFunction f) {
        Value data = a.value(0, "data"), ids = a.value(1, "segment_ids").cast(DType.INT32);
        Integer given = a.integer("num_segments");
        int n = given != null ? given : a.scope().lengthOf(ids.max(false).add(1));
        return new SegmentFold(f, n, a.flag("sorted", false)).on(data, ids).get(0);
    }
}
