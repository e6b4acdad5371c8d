package io.argali.runtime.layer.operation;

import io.argali.runtime.op.TensorFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.List;

/** Functions of numbers that the primitive operations do not give. */
final class SpecialFunctions {
    private SpecialFunctions() {}

    /** The modified Bessel function of the first kind, of order 0. */
    static Value besselI0(Value x) {
        return new BesselI0().on(x).get(0);
    }

    private record BesselI0() implements TensorFunction {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            return in;
        }

        @Override
        public List<Tensor> apply(List<Tensor> in) {
            double[] x = in.get(0).toDoubleArray();
            for (int i = 0; i < x.length; i++) x[i] = of(x[i]);
            return List.of(Tensor.wrap(DType.FLOAT64, in.get(0).shape(), x).cast(in.get(0).dtype()));
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

    private record NextAfter() implements TensorFunction {
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

    /** The greatest common divisor. */
    static Value gcd(Value a, Value b) {
        Shape s = Shape.broadcast(a.shape(), b.shape());
        return new Gcd().on(a.broadcastTo(s), b.broadcastTo(s)).get(0);
    }

    private record Gcd() implements TensorFunction {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            return List.of(in.get(0));
        }

        @Override
        public List<Tensor> apply(List<Tensor> in) {
            long[] a = in.get(0).toLongArray(), b = in.get(1).toLongArray();
            for (int i = 0; i < a.length; i++) a[i] = of(Math.abs(a[i]), Math.abs(b[i]));
            return List.of(Tensor.wrap(DType.INT64, in.get(0).shape(), a).cast(in.get(0).dtype()));
        }

        private static long of(long a, long b) {
            return b == 0 ? a : of(b, a % b);
        }
    }
}
