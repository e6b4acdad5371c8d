package io.argali.runtime.layer.attention;

import io.argali.runtime.layer.Activations;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@link Attention} and {@link AdditiveAttention} share: all but how a query and a key become a score. */
final class Scores {
    private Scores() {}

    static final List<String> PARAMETERS = List.of("inputs", "mask", "return_attention_scores", "use_causal_mask");

    interface Score {
        /** Scores (batch, T, S) of queries (batch, T, n) and keys (batch, S, n). */
        Value of(Value query, Value key);
    }

    static List<Value> attend(Scope scope, List<Value> inputs, double dropout, Score score) {
        if (inputs.size() < 2 || inputs.size() > 3) {
            throw new ShapeException(
                    "expected [query, value] or [query, value, key], got " + inputs.size() + " inputs");
        }
        Value query = inputs.get(0), value = inputs.get(1), key = inputs.get(inputs.size() - 1);
        List<@Nullable Value> masks = masks(scope);
        Value scores = score.of(query, key);
        Value mask = mask(scope, scores, masks.get(1));
        if (mask != null) {
            Value out = scores.subtract(scores.dtype() == DType.FLOAT16 ? 65504 : 1e9);
            scores = mask.select(scores, out);
        }
        Value weights = Heads.dropout(scope, Activations.softmax(scores, -1), dropout);
        Value y = weights.matMul(value);
        Value queryMask = masks.get(0);
        if (queryMask != null) y = queryMask.cast(DType.BOOL).expandDims(-1).select(y, 0);
        return scope.flag("return_attention_scores", false) ? List.of(y, weights) : List.of(y);
    }

    /** The query's mask and the value's, each or both null. */
    static List<@Nullable Value> masks(Scope scope) {
        List<@Nullable Value> masks = new ArrayList<>();
        if (scope.argument("mask") instanceof List<?> list) {
            for (Object m : list) masks.add(m instanceof Value v ? v : null);
        }
        while (masks.size() < 2) masks.add(null);
        return masks;
    }

    private static @Nullable Value mask(Scope scope, Value scores, @Nullable Value valueMask) {
        Value m = valueMask == null ? null : valueMask.cast(DType.BOOL);
        if (m != null && m.rank() == 2) m = m.expandDims(1);
        if (!scope.flag("use_causal_mask", false)) return m;
        int t = scores.shape().dim(-2), s = scores.shape().last();
        Value causal = Value.iota(DType.INT32, Shape.of(1, t, 1), 1)
                .greaterEqual(Value.iota(DType.INT32, Shape.of(1, 1, s), 2));
        return m == null ? causal : m.and(causal);
    }

    /** The query's mask is that of the output. */
    static List<@Nullable Value> outputMasks(List<@Nullable Value> masks) {
        return masks.isEmpty() ? List.of() : Collections.singletonList(masks.get(0));
    }
}
