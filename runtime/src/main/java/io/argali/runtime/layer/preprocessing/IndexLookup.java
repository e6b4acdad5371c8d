package io.argali.runtime.layer.preprocessing;

import io.argali.runtime.layer.Initializer;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the lookup layers share (keras/src/layers/preprocessing/index_lookup.py). Numbers are given out in this order: the mask (0, only for the
 * output "int"), unknown tokens, the vocabulary.
 *
 * @param oovToken the token of unknown numbers, and in the list of tokens
 */
record IndexLookup(
        @Nullable List<Object> vocabulary,
        @Nullable Integer maxTokens,
        int numOovIndices,
        @Nullable Object maskToken,
        Object oovToken,
        boolean invert,
        Categories.Mode mode,
        boolean padToMaxTokens,
        @Nullable List<Double> idfWeights,
        boolean hashed,
        List<Long> salt) {

    private int unknownFrom() {
        return maskToken != null && mode == Categories.Mode.INT ? 1 : 0;
    }

    private int first() {
        return unknownFrom() + numOovIndices;
    }

    /** The vocabulary without mask and unknown tokens. */
    private List<Object> tokens() {
        if (vocabulary == null) {
            throw new ShapeException(
                    "the file has no vocabulary for this layer: neither in its configuration nor as vocabulary.txt");
        }
        List<@Nullable Object> special = new ArrayList<>();
        for (int i = 0; i < unknownFrom(); i++) special.add(maskToken);
        for (int i = 0; i < numOovIndices; i++) special.add(oovToken);
        boolean listed = vocabulary.size() >= special.size()
                && vocabulary.subList(0, special.size()).equals(special);
        return listed ? vocabulary.subList(special.size(), vocabulary.size()) : vocabulary;
    }

    Value apply(Scope scope, Value x) {
        List<Object> tokens = tokens();
        if (invert)
            return new TokenNames(tokens, first(), maskToken, oovToken)
                    .on(x.cast(DType.INT64))
                    .get(0);
        long masked = mode == Categories.Mode.INT ? 0 : Long.MAX_VALUE;
        Vocabulary table =
                new Vocabulary(tokens, new Vocabulary.Rules(maskToken, masked, first(), numOovIndices, hashed, salt));
        Value numbers = table.on(x).get(0);
        if (mode == Categories.Mode.INT) return numbers;
        int depth = padToMaxTokens && maxTokens != null ? maxTokens : first() + tokens.size();
        if (mode != Categories.Mode.TF_IDF) return Categories.encode(numbers, mode, depth, DType.INT64, null);
        Value weights = scope.state("idf_weights", DType.FLOAT32, Shape.of(depth), initial(tokens, depth));
        return Categories.encode(numbers, Categories.Mode.COUNT, depth, DType.FLOAT32, null)
                .multiply(weights);
    }

    /** The weights of the configuration; unknown tokens have the mean. */
    private Initializer initial(List<Object> tokens, int depth) {
        float[] r = new float[depth];
        if (idfWeights != null) {
            boolean whole = idfWeights.size() > tokens.size();
            double mean = idfWeights.stream()
                    .mapToDouble(Double::doubleValue)
                    .average()
                    .orElse(0);
            int front = whole ? 0 : first();
            Arrays.fill(r, 0, Math.min(front, depth), (float) mean);
            for (int i = 0; i < idfWeights.size() && front + i < depth; i++)
                r[front + i] = idfWeights.get(i).floatValue();
        }
        return (shape, dtype, random) -> Tensor.of(r).cast(dtype);
    }
}
