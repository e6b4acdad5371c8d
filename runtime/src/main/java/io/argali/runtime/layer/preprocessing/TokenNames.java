package io.argali.runtime.layer.preprocessing;

import io.argali.runtime.op.TensorFunction;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of numbers: the way back from a vocabulary.
 *
 * @param first the number of the first token
 * @param mask the token of number 0; null if it has none of its own
 * @param unknown the token of all other numbers
 */
public record TokenNames(
        List<Object> tokens, int first, @Nullable Object mask, Object unknown) implements TensorFunction {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
        return List.of(new TensorType(type(), in.get(0).shape()));
    }

    private DType type() {
        return unknown instanceof String ? DType.STRING : DType.INT64;
    }

    @Override
    public List<Tensor> apply(List<Tensor> in) {
        long[] numbers = in.get(0).toLongArray();
        Object r = Tensor.newArray(type(), numbers.length);
        for (int i = 0; i < numbers.length; i++) {
            long k = numbers[i] - first;
            Object token = mask != null && numbers[i] == 0
                    ? mask
                    : k >= 0 && k < tokens.size() ? tokens.get((int) k) : unknown;
            if (r instanceof String[] s) s[i] = (String) token;
            else ((long[]) r)[i] = (Long) token;
        }
        return List.of(Tensor.wrap(type(), in.get(0).shape(), r));
    }

    @Override
    public String toString() {
        return "TokenNames of " + tokens.size();
    }
}
