package io.argali.runtime.layer.preprocessing;

import io.argali.runtime.op.TensorFunction;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.Arrays;
import java.util.List;

/** The tokens of texts along a new axis, cut at a length or filled with empty strings. */
public record TextTokens(boolean characters, List<Integer> ngrams, int length) implements TensorFunction {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
        return List.of(new TensorType(DType.STRING, in.get(0).shape().append(length)));
    }

    @Override
    public List<Tensor> apply(List<Tensor> in) {
        String[] texts = in.get(0).strings(), r = new String[texts.length * length];
        Arrays.fill(r, "");
        for (int i = 0; i < texts.length; i++) {
            List<String> tokens = Tokens.of(texts[i], characters, ngrams);
            for (int k = 0; k < Math.min(length, tokens.size()); k++) r[i * length + k] = tokens.get(k);
        }
        return List.of(Tensor.wrap(DType.STRING, in.get(0).shape().append(length), r));
    }
}
