package io.argali.runtime.layer.preprocessing;

import io.argali.runtime.op.TensorFunction;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The number, int64, of each token: its place in a list; unknown ones share the numbers before it.
 *
 * <p>A class, not a record, for its table; equal to another with the same tokens and rules.
 */
public final class Vocabulary implements TensorFunction {
    /**
     * What becomes of tokens that are not in the list.
     *
     * @param first the number of the first known token
     * @param unknown how many numbers unknown tokens have, right before the first known one
     * @param hashed whether integers are hashed to these numbers, as strings are; else they are taken modulo
     */
    public record Rules(
            @Nullable Object mask, long maskNumber, int first, int unknown, boolean hashed, List<Long> salt) {}

    private final List<Object> tokens;
    private final Rules rules;
    private final Map<Object, Long> numbers;

    Vocabulary(List<Object> tokens, Rules rules) {
        this.tokens = tokens;
        this.rules = rules;
        this.numbers = HashMap.newHashMap(tokens.size());
        for (int i = 0; i < tokens.size(); i++) numbers.put(tokens.get(i), (long) rules.first + i);
        if (rules.mask != null) numbers.put(rules.mask, rules.maskNumber);
    }

    /** Strings or longs; the first one has the number {@link Rules#first}. */
    public List<Object> tokens() {
        return tokens;
    }

    public Rules rules() {
        return rules;
    }

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
            for (int i = 0; i < r.length; i++) r[i] = number(texts[i]);
        } else {
            long[] values = x.toLongArray();
            for (int i = 0; i < r.length; i++) r[i] = number(values[i]);
        }
        return List.of(Tensor.wrap(DType.INT64, x.shape(), r));
    }

    private long number(Object token) {
        Long known = numbers.get(token);
        if (known != null) return known;
        int start = rules.first - rules.unknown;
        return switch (rules.unknown) {
            case 0 ->
                throw new IllegalArgumentException(
                        "\"" + token + "\" is not in the vocabulary, and with num_oov_indices=0 it must be");
            case 1 -> start;
            default ->
                start
                        + (token instanceof Long n && !rules.hashed
                                ? Math.floorMod(n, (long) rules.unknown)
                                : new HashBuckets(rules.unknown, rules.salt).of(token.toString()));
        };
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof Vocabulary v && v.rules.equals(rules) && (v.tokens == tokens || v.tokens.equals(tokens));
    }

    @Override
    public int hashCode() {
        return tokens.size() * 31 + rules.hashCode();
    }

    @Override
    public String toString() {
        return "Vocabulary of " + tokens.size();
    }
}
