package io.argali.runtime.layer.preprocessing;

import io.argali.runtime.op.TensorFunction;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.List;

/** How many tokens the text with the most of them has. */
public record TokenCount(boolean characters, List<Integer> ngrams) implements TensorFunction {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
        return List.of(TensorType.of(DType.INT32));
    }

    @Override
    public List<Tensor> apply(List<Tensor> in) {
        int most = 0;
        for (String text : in.get(0).strings())
            most = Math.max(most, Tokens.of(text, characters, ngrams).size());
        return List.of(Tensor.scalar(DType.INT32, most));
    }
}
