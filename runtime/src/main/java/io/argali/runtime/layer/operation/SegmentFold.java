package io.argali.runtime.layer.operation;

import io.argali.runtime.op.ReduceFunction;
import io.argali.runtime.op.TensorFunction;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.Arrays;
import java.util.List;

/**
 * Sums, products, maxima or minima of the rows that share a number: (n, …), (n) → (segments, …). Rows with a negative number are left out.
 *
 * @param zeroWhereEmpty whether a segment without rows is 0, and not what the fold starts with
 */
public record SegmentFold(ReduceFunction function, int segments, boolean zeroWhereEmpty) implements TensorFunction {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
        return List.of(new TensorType(in.get(0).dtype(), in.get(0).shape().with(0, segments)));
    }

    @Override
    public List<Tensor> apply(List<Tensor> in) {
        DType type = in.get(0).dtype();
        int[] ids = in.get(1).toIntArray();
        int each = in.get(0).size() / Math.max(1, ids.length);
        boolean[] used = new boolean[segments];
        Tensor r;
        if (type.isFloating()) {
            double[] x = in.get(0).toDoubleArray(), y = new double[segments * each];
            Arrays.fill(y, start(type));
            for (int i = 0; i < ids.length; i++) {
                for (int k = 0; ids[i] >= 0 && k < each; k++)
                    y[at(ids[i], each, k)] = fold(y[ids[i] * each + k], x[i * each + k]);
                if (ids[i] >= 0) used[ids[i]] = true;
            }
            if (zeroWhereEmpty) for (int k = 0; k < y.length; k++) if (!used[k / each]) y[k] = 0;
            r = Tensor.wrap(
                    DType.FLOAT64, infer(List.of(in.get(0).type())).get(0).shape(), y);
        } else {
            long[] x = in.get(0).toLongArray(), y = new long[segments * each];
            Arrays.fill(y, startOfIntegers(type));
            for (int i = 0; i < ids.length; i++) {
                for (int k = 0; ids[i] >= 0 && k < each; k++)
                    y[at(ids[i], each, k)] = fold(y[ids[i] * each + k], x[i * each + k]);
                if (ids[i] >= 0) used[ids[i]] = true;
            }
            if (zeroWhereEmpty) for (int k = 0; k < y.length; k++) if (!used[k / each]) y[k] = 0;
            r = Tensor.wrap(DType.INT64, infer(List.of(in.get(0).type())).get(0).shape(), y);
        }
        return List.of(r.cast(type));
    }

    private int at(int id, int each, int k) {
        if (id >= segments)
            throw new IllegalArgumentException("segment " + id + " is out of range for " + segments + " segments");
        return id * each + k;
    }

    private double start(DType type) {
        return switch (function) {
            case PRODUCT -> 1;
            case MAX -> -NumpyOperations.greatest(type);
            case MIN -> NumpyOperations.greatest(type);
            default -> 0;
        };
    }

    private long startOfIntegers(DType type) {
        int bits = type.bytes() * 8;
        long highest = type.isUnsigned() ? (1L << Math.min(bits, 62)) - 1 : Long.MAX_VALUE >> (64 - bits);
        return switch (function) {
            case PRODUCT -> 1;
            case MAX -> type.isUnsigned() ? 0 : -highest - 1;
            case MIN -> highest;
            default -> 0;
        };
    }

    private double fold(double a, double b) {
        return switch (function) {
            case PRODUCT -> a * b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            default -> a + b;
        };
    }

    private long fold(long a, long b) {
        return switch (function) {
            case PRODUCT -> a * b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            default -> a + b;
        };
    }
}
