package io.argali.runtime.layer.operation;

import io.argali.runtime.op.TensorFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.List;

/** The greatest common divisor. */
record Gcd() implements TensorFunction {
    static Value of(Value a, Value b) {
        Shape s = Shape.broadcast(a.shape(), b.shape());
        return new Gcd().on(a.broadcastTo(s), b.broadcastTo(s)).get(0);
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
        return List.of(in.get(0));
    }

    @Override
    public List<Tensor> apply(List<Tensor> in) {
        long[] a = in.get(0).toLongArray(), b = in.get(1).toLongArray();
        for (int i = 0; i < a.length; i++) a[i] = of(Math.abs(a[i]), Math.abs(b[i]));
        return List.of(
                Tensor.wrap(DType.INT64, in.get(0).shape(), a).cast(in.get(0).dtype()));
    }

    private static long of(long a, long b) {
        return b == 0 ? a : of(b, a % b);
    }
}
