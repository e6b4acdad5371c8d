package io.argali.runtime.layer.preprocessing;

import io.argali.runtime.op.TensorFunction;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.List;

/**
 * The bucket, int64, that a string or the digits of an integer fall into.
 *
 * @param salt the two halves of SipHash's key; empty for FarmHash
 */
public record HashBuckets(int buckets, List<Long> salt) implements TensorFunction {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
        return List.of(new TensorType(DType.INT64, in.get(0).shape()));
    }

    @Override
    public List<Tensor> apply(List<Tensor> in) {
        Tensor x = in.get(0);
        long[] r = new long[x.size()];
        if (x.dtype() == DType.STRING) {
            String[] texts = x.strings();
            for (int i = 0; i < r.length; i++) r[i] = of(texts[i]);
        } else {
            long[] numbers = x.toLongArray();
            for (int i = 0; i < r.length; i++) r[i] = of(Long.toString(numbers[i]));
        }
        return List.of(Tensor.wrap(DType.INT64, x.shape(), r));
    }

    long of(String s) {
        long hash = salt.isEmpty() ? StringHash.fingerprint(s) : StringHash.sip(s, salt.get(0), salt.get(1));
        return Long.remainderUnsigned(hash, buckets);
    }

    /** Keras' {@code salt}: nothing, a number or two. */
    static List<Long> salt(@org.jspecify.annotations.Nullable Object json) {
        return switch (json) {
            case Number n -> List.of(n.longValue(), n.longValue());
            case List<?> l -> l.stream().map(e -> ((Number) e).longValue()).toList();
            case null, default -> List.of();
        };
    }
}
