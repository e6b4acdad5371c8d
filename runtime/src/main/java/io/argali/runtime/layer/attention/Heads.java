package io.argali.runtime.layer.attention;

import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.Activations;
import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.Regularizer;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.layer.core.EinsumDense;
import io.argali.runtime.layer.regularization.Dropout;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@link MultiHeadAttention} and {@link GroupQueryAttention} share: projections, masks and softmaxes.
 *
 * @param penalty on the outputs of each projection
 */
record Heads(
        boolean useBias,
        WeightOptions kernel,
        WeightOptions bias,
        @Nullable Regularizer penalty) {
    static final List<String> PARAMETERS = List.of(
            "query",
            "value",
            "key",
            "query_mask",
            "value_mask",
            "key_mask",
            "attention_mask",
            "return_attention_scores",
            "use_causal_mask");

    /** Sums over the last {@code bound} axes: (…, bound…) → (…, output…) */
    Value project(Scope scope, String attribute, Value x, int bound, Shape output, Activation activation) {
        String summed = "abcdefgh".substring(0, bound), made = "ijklmnop".substring(0, output.rank());
        EinsumDense layer = new EinsumDense(
                "..." + summed + "," + summed + made + "->..." + made,
                new ArrayList<>(output.toList()),
                activation,
                useBias ? made : null,
                kernel,
                bias);
        return scope.call(attribute, new Instance(attribute, layer, true, scope.policy(), penalty, Map.of()), x);
    }

    /**
     * The positions that a query may look at, by all masks together: (batch or 1, T or 1, S); null for all.
     *
     * @param queryMask the mask that counts for the query
     */
    static @Nullable Value mask(
            Scope scope, Value query, Value value, @Nullable Value queryMask, @Nullable Integer slidingWindow) {
        @Nullable Value m = scope.value("attention_mask");
        if (m != null) m = m.cast(DType.BOOL);
        if (queryMask != null) m = and(m, queryMask.cast(DType.BOOL).expandDims(-1));
        for (String name : List.of("value_mask", "key_mask")) {
            Value own = scope.value(name);
            if (own != null) m = and(m, own.cast(DType.BOOL).expandDims(own.rank() - 1));
        }
        int t = query.shape().dim(1), s = value.shape().dim(1);
        if (scope.flag("use_causal_mask", false)) {
            m = and(m, positions(t, s, 1).greaterEqual(positions(t, s, 2)));
        }
        if (slidingWindow != null) {
            m = and(m, positions(t, s, 1).subtract(positions(t, s, 2)).abs().less(slidingWindow));
        }
        return m;
    }

    private static Value and(@Nullable Value a, Value b) {
        return a == null ? b : a.and(b);
    }

    private static Value positions(int t, int s, int axis) {
        return Value.iota(DType.INT32, Shape.of(1, axis == 1 ? t : 1, axis == 2 ? s : 1), axis);
    }

    /** Puts axes of length 1 before the last {@code axes} ones, until the mask has as many as the scores. */
    static @Nullable Value expand(@Nullable Value mask, int rank, int axes) {
        if (mask == null) return null;
        Value m = mask;
        while (m.rank() < rank) m = m.reshape(m.shape().insert(m.rank() - axes, 1));
        return m;
    }

    /** Keras' dot_product_attention: in float32 at least; a query that may look at nothing looks at everything alike. */
    static Value softmaxInFull(Value products, double scale, @Nullable Value mask) {
        DType full = products.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
        Value x = products.cast(full).multiply(scale);
        if (mask != null) x = mask.select(x, -0.7 * (full == DType.FLOAT64 ? Double.MAX_VALUE : Float.MAX_VALUE));
        return Activations.softmax(x, -1).cast(products.dtype());
    }

    /** Keras' Softmax layer with a mask: in the scores' own type; a query that may look at nothing gets zeros. */
    static Value maskedSoftmax(Value scores, @Nullable Value mask, int... axes) {
        Value x = mask == null ? scores : mask.select(scores, scores.dtype() == DType.FLOAT16 ? -3e4 : -1e9);
        Value y = Activations.softmax(x, axes);
        return mask == null ? y : mask.select(y, 0);
    }

    /** Dropout on attention scores, in training. */
    static Value dropout(Scope scope, Value scores, double rate) {
        return new Dropout(rate, null, null).call(scope, scores);
    }
}
