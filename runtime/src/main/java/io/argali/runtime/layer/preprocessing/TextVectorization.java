package io.argali.runtime.layer.preprocessing;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.ShapeException;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Texts as token numbers or bags of tokens: standardised, split, joined to n-grams, looked up. (batch) or (batch, 1) → (batch, tokens), padded
 * with 0, or (batch, vocabulary)
 *
 * @param standardize {@code lower}, {@code strip_punctuation}, {@code lower_and_strip_punctuation} or null
 * @param split {@code whitespace}, {@code character} or null
 * @param ngrams a number n for all of 1 … n, or a list of them
 * @param outputSequenceLength the length of rows; without it, that of the longest text in the batch
 */
public record TextVectorization(
        @Nullable Integer maxTokens,
        @Nullable Object standardize,
        @Nullable Object split,
        @Nullable Object ngrams,
        String outputMode,
        @Nullable Integer outputSequenceLength,
        boolean padToMaxTokens,
        @Nullable List<Object> vocabulary,
        @Nullable List<Double> idfWeights,
        boolean sparse,
        boolean ragged,
        String encoding)
        implements UnaryLayer, VocabularyLayer {
    public static final TextVectorization DEFAULTS = new TextVectorization(
            null,
            "lower_and_strip_punctuation",
            "whitespace",
            null,
            "int",
            null,
            false,
            null,
            null,
            false,
            false,
            "utf-8");

    public TextVectorization {
        named("standardize", standardize, List.of("lower", "strip_punctuation", "lower_and_strip_punctuation"));
        named("split", split, List.of("whitespace", "character"));
    }

    private static void named(String key, @Nullable Object given, List<String> known) {
        if (given != null && !known.contains(given)) {
            throw new IllegalArgumentException(key + " is Python code or unknown: " + given + "; known: " + known);
        }
    }

    @Override
    public boolean autocast() {
        return false;
    }

    @Override
    public Value call(Scope scope, Value x) {
        if (ragged)
            throw new ShapeException(
                    "ragged=True: rows of different lengths are not supported; load the model with ragged=False");
        Categories.Mode mode = Categories.Mode.of(outputMode);
        Value tokens = tokens(scope, standardized(x), mode);
        // A row of tokens stays one, though it may have a single token.
        if (mode == Categories.Mode.ONE_HOT && split != null) tokens = tokens.expandDims(-1);
        Value numbers = lookup(mode).apply(scope, tokens);
        if (mode != Categories.Mode.INT || outputSequenceLength == null) return numbers;
        if (numbers.shape().last() == outputSequenceLength) return numbers;
        // Longer first, as nobody may know the length yet.
        return numbers.pad(-1, 0, outputSequenceLength).slice(-1, 0, outputSequenceLength);
    }

    private Value standardized(Value x) {
        if (standardize == null) return x;
        boolean lower = standardize.equals("lower") || standardize.equals("lower_and_strip_punctuation");
        boolean strip = standardize.equals("strip_punctuation") || standardize.equals("lower_and_strip_punctuation");
        return new StandardizedText(lower, strip).on(x).get(0);
    }

    private Value tokens(Scope scope, Value x, Categories.Mode mode) {
        List<Integer> grams = grams();
        if (split == null) {
            if (grams.isEmpty()) return x;
            // Each row holds tokens already.
            Value rows = x.rank() == 1 ? x.expandDims(0) : x;
            int n = rows.shape().last();
            int count = grams.stream().mapToInt(g -> Math.max(0, n - g + 1)).sum();
            Value joined =
                    new TokenGrams(grams, rows.shape().with(-1, count)).on(rows).get(0);
            return x.rank() == 1 ? joined.squeeze(0) : joined;
        }
        if (x.rank() > 1 && x.shape().last() != 1) {
            throw new ShapeException("splits texts of shape (batch) or (batch, 1), got " + x.type());
        }
        Value texts = x.rank() > 1 ? x.squeeze(-1) : x;
        boolean characters = split.equals("character");
        int length = mode == Categories.Mode.INT && outputSequenceLength != null
                ? outputSequenceLength
                : scope.lengthOf(new TokenCount(characters, grams).on(texts).get(0));
        return new TextTokens(characters, grams, length).on(texts).get(0);
    }

    private List<Integer> grams() {
        return switch (ngrams) {
            case Number n -> IntStream.rangeClosed(1, n.intValue()).boxed().toList();
            case List<?> l -> l.stream().map(e -> ((Number) e).intValue()).toList();
            case null, default -> List.of();
        };
    }

    private IndexLookup lookup(Categories.Mode mode) {
        return new IndexLookup(
                vocabulary, maxTokens, 1, "", "[UNK]", false, mode, padToMaxTokens, idfWeights, true, List.of());
    }

    @Override
    public TextVectorization withLines(List<String> lines) {
        return new TextVectorization(
                maxTokens,
                standardize,
                split,
                ngrams,
                outputMode,
                outputSequenceLength,
                padToMaxTokens,
                List.copyOf(lines),
                idfWeights,
                sparse,
                ragged,
                encoding);
    }
}
