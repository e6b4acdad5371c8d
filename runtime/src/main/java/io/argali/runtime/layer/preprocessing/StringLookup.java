package io.argali.runtime.layer.preprocessing;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Strings as numbers, or back: their places in a vocabulary, behind the mask's and the unknown ones'. (…) → (…), or encoded. */
public record StringLookup(
        @Nullable Integer maxTokens,
        int numOovIndices,
        @Nullable String maskToken,
        String oovToken,
        @Nullable List<Object> vocabulary,
        @Nullable List<Double> idfWeights,
        boolean invert,
        String outputMode,
        boolean padToMaxTokens,
        boolean sparse,
        String encoding,
        @Nullable Object salt)
        implements UnaryLayer, VocabularyLayer {
    public static final StringLookup DEFAULTS =
            new StringLookup(null, 1, null, "[UNK]", null, null, false, "int", false, false, "utf-8", null);

    @Override
    public boolean autocast() {
        return false;
    }

    @Override
    public Value call(Scope scope, Value x) {
        return new IndexLookup(
                        vocabulary,
                        maxTokens,
                        numOovIndices,
                        maskToken,
                        oovToken,
                        invert,
                        Categories.Mode.of(outputMode),
                        padToMaxTokens,
                        idfWeights,
                        true,
                        HashBuckets.salt(salt))
                .apply(scope, x);
    }

    @Override
    public StringLookup withLines(List<String> lines) {
        return new StringLookup(
                maxTokens,
                numOovIndices,
                maskToken,
                oovToken,
                List.copyOf(lines),
                idfWeights,
                invert,
                outputMode,
                padToMaxTokens,
                sparse,
                encoding,
                salt);
    }
}
