package io.argali.runtime.layer.operation;

import io.argali.runtime.op.TensorFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.List;

/** Functions of numbers that the primitive operations do not give. */
public final class SpecialFunctions {
    private SpecialFunctions() {}

    /** The modified Bessel function of the first kind, of order 0. */
    static Value besselI0(Value x) {
        return new BesselI0().on(x).get(0);
    }

    /** The modified Bessel function of the first kind, of order 0. */
    public record BesselI0() implements TensorFunction {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            return in;
        }

        @Override
        public List<Tensor> apply(List<Tensor> in) {
            double[] x = in.get(0).toDoubleArray();
            for (int i = 0; i < x.length; i++) x[i] = of(x[i]);
            return List.of(Tensor.wrap(DType.FLOAT64, in.get(0).shape(), x)
                    .cast(in.get(0).dtype()));
        }

        /** The power series: all terms are positive, so it loses nothing, only takes longer for large x. */
        private static double of(double x) {
            double sum = 1, term = 1, quarter = x * x / 4;
            for (int k = 1; term > sum * 1e-17 && k < 2000; k++) {
                term *= quarter / ((double) k * k);
                sum += term;
            }
            return sum;
        }
    }

    /** The float64 number next to x towards y. */
    static Value nextAfter(Value x, Value y) {
        Shape s = Shape.broadcast(x.shape(), y.shape());
        return new NextAfter().on(x.broadcastTo(s), y.broadcastTo(s)).get(0);
    }

    /** The number next to the first towards the second. */
    public record NextAfter() implements TensorFunction {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            return List.of(in.get(0));
        }

        @Override
        public List<Tensor> apply(List<Tensor> in) {
            double[] x = in.get(0).toDoubleArray(), y = in.get(1).toDoubleArray();
            for (int i = 0; i < x.length; i++) x[i] = Math.nextAfter(x[i], y[i]);
            return List.of(Tensor.wrap(DType.FLOAT64, in.get(0).shape(), x));
        }
    }

    /** {@code 1 − erf(x)}, without losing its small values. */
    static Value complementaryError(Value x) {
        return new ComplementaryError().on(x).get(0);
    }

    /** {@code 1 − erf(x)}. */
    public record ComplementaryError() implements TensorFunction {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            return in;
        }

        @Override
        public List<Tensor> apply(List<Tensor> in) {
            double[] x = in.get(0).toDoubleArray();
            for (int i = 0; i < x.length; i++) x[i] = x[i] < 0 ? 2 - ofPositive(-x[i]) : ofPositive(x[i]);
            return List.of(Tensor.wrap(DType.FLOAT64, in.get(0).shape(), x)
                    .cast(in.get(0).dtype()));
        }

        /** The series for small x, the continued fraction for others (Abramowitz and Stegun, 7.1.6 and 7.1.14). */
        private static double ofPositive(double x) {
            if (Double.isNaN(x)) return x;
            if (x > 27) return 0;
            if (x < 2) {
                double term = x, sum = x;
                for (int n = 1; term > sum * 1e-17; n++) {
                    term *= 2 * x * x / (2 * n + 1);
                    sum += term;
                }
                return 1 - 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
            }
            double f = 0;
            for (int n = 120; n > 0; n--) f = n / 2.0 / (x + f);
            return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + f);
        }
    }

    /** The greatest common divisor. */
    static Value gcd(Value a, Value b) {
        Shape s = Shape.broadcast(a.shape(), b.shape());
        return new Gcd().on(a.broadcastTo(s), b.broadcastTo(s)).get(0);
    }

    /** The greatest common divisor. */
    public record Gcd() implements TensorFunction {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            return List.of(in.get(0));
        }

        @Override
        public List<Tensor> apply(List<Tensor> in) {
            long[] a = in.get(0).toLongArray(), b = in.get(1).toLongArray();
            for (int i = 0; i < a.length; i++) a[i] = of(Math.abs(a[i]), Math.abs(b[i]));
            return List.of(Tensor.wrap(DType.INT64, in.get(0).shape(), a)
                    .cast(in.get(0).dtype()));
        }

        private static long of(long a, long b) {
            return b == 0 ? a : of(b, a % b);
        }
    }
}
