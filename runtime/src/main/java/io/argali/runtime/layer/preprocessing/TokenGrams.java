package io.argali.runtime.layer.preprocessing;

import io.argali.runtime.op.TensorFunction;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.Arrays;
import java.util.List;

/** The n-grams of rows of tokens. */
public record TokenGrams(List<Integer> ngrams, Shape shape) implements TensorFunction {
    @Override
    public List<TensorType> infer(List<TensorType> in) {
        return List.of(new TensorType(DType.STRING, shape));
    }

    @Override
    public List<Tensor> apply(List<Tensor> in) {
        String[] tokens = in.get(0).strings(), r = new String[shape.size()];
        int n = in.get(0).shape().last(), m = shape.last();
        for (int row = 0; m > 0 && row < r.length / m; row++) {
            List<String> grams = Tokens.grams(Arrays.asList(tokens).subList(row * n, (row + 1) * n), ngrams);
            for (int k = 0; k < m; k++) r[row * m + k] = grams.get(k);
        }
        return List.of(Tensor.wrap(DType.STRING, shape, r));
    }
}
