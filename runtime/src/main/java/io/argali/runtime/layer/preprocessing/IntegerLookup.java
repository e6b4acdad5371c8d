package io.argali.runtime.layer.preprocessing;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Integers as numbers from 0, or back: their places in a vocabulary, behind the mask's and the unknown ones'. (…) → (…), or encoded. */
public record IntegerLookup(
        @Nullable Integer maxTokens,
        int numOovIndices,
        @Nullable Long maskToken,
        @Nullable Long oovToken,
        @Nullable List<Object> vocabulary,
        String vocabularyDtype,
        @Nullable List<Double> idfWeights,
        boolean invert,
        String outputMode,
        boolean sparse,
        boolean padToMaxTokens,
        String oovMethod,
        @Nullable Object salt)
        implements UnaryLayer, VocabularyLayer {
    public static final IntegerLookup DEFAULTS =
            new IntegerLookup(null, 1, null, -1L, null, "int64", null, false, "int", false, false, "floormod", null);

    @Override
    public boolean autocast() {
        return false;
    }

    @Override
    public Value call(Scope scope, Value x) {
        List<Object> longs = vocabulary == null
                ? null
                : vocabulary.stream().<Object>map(v -> ((Number) v).longValue()).toList();
        return new IndexLookup(
                        longs,
                        maxTokens,
                        numOovIndices,
                        maskToken,
                        oovToken == null ? (Long) (-1L) : oovToken,
                        invert,
                        Categories.Mode.of(outputMode),
                        padToMaxTokens,
                        idfWeights,
                        oovMethod.equals("farmhash"),
                        HashBuckets.salt(salt))
                .apply(scope, x.cast(DType.INT64));
    }

    @Override
    public IntegerLookup withLines(List<String> lines) {
        List<Object> numbers =
                lines.stream().<Object>map(l -> Long.valueOf(l.strip())).toList();
        return new IntegerLookup(
                maxTokens,
                numOovIndices,
                maskToken,
                oovToken,
                numbers,
                vocabularyDtype,
                idfWeights,
                invert,
                outputMode,
                sparse,
                padToMaxTokens,
                oovMethod,
                salt);
    }
}
