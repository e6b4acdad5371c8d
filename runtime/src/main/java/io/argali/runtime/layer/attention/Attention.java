package io.argali.runtime.layer.attention;

import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Attention by products (Luong et al., 2015): {@code softmax(query · keyᵀ) · value}. Inputs: query (batch, T, n), value (batch, S, m) and, if
 * it is not the value, key (batch, S, n) → (batch, T, m), then the scores (batch, T, S) if asked for.
 *
 * @param useScale whether the scores are multiplied by a weight
 * @param scoreMode {@code dot}, or {@code concat} for {@code weight · Σ tanh(query + key)}
 */
public record Attention(
        boolean useScale,
        String scoreMode,
        double dropout,
        @Nullable Integer seed) implements Layer {
    public static final Attention DEFAULTS = new Attention(false, "dot", 0, null);

    @Override
    public List<String> parameters() {
        return Scores.PARAMETERS;
    }

    @Override
    public boolean supportsMasking() {
        return true;
    }

    @Override
    public List<@Nullable Value> computeMask(Scope scope, List<Value> inputs, List<@Nullable Value> masks) {
        return Scores.outputMasks(masks);
    }

    @Override
    public List<Value> call(Scope scope, List<Value> inputs) {
        Value scale = useScale ? scope.weight("scale", Shape.SCALAR, WeightOptions.ONES) : null;
        if (scoreMode.equals("dot")) {
            return Scores.attend(scope, inputs, dropout, (q, k) -> scaled(q.matMul(k, false, true), scale));
        }
        if (!scoreMode.equals("concat"))
            throw new ShapeException("score_mode is \"" + scoreMode + "\", expected dot or concat");
        Value weight = scope.weight("concat_score_weight", Shape.SCALAR, WeightOptions.ONES);
        return Scores.attend(
                scope,
                inputs,
                dropout,
                (q, k) -> scaled(q.expandDims(q.rank() - 1).add(k.expandDims(k.rank() - 2)), scale)
                        .tanh()
                        .sum(false, -1)
                        .multiply(weight));
    }

    private static Value scaled(Value x, @Nullable Value scale) {
        return scale == null ? x : x.multiply(scale);
    }
}
