package io.argali.runtime.layer.attention;

import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Attention by sums (Bahdanau et al., 2015): {@code softmax(Σ scale · tanh(query + key)) · value}. Inputs and results as those of {@link
 * Attention}.
 *
 * @param useScale whether {@code scale} is a weight, one number for each channel, or 1
 */
public record AdditiveAttention(
        boolean useScale, double dropout, @Nullable Integer seed) implements Layer {
    public static final AdditiveAttention DEFAULTS = new AdditiveAttention(true, 0, null);

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
        Value scale = useScale
                ? scope.weight("scale", Shape.of(inputs.get(0).shape().last()), WeightOptions.GLOROT_UNIFORM)
                : null;
        return Scores.attend(scope, inputs, dropout, (q, k) -> {
            Value y = q.expandDims(q.rank() - 1).add(k.expandDims(k.rank() - 2)).tanh();
            return (scale == null ? y : y.multiply(scale)).sum(false, -1);
        });
    }
}
