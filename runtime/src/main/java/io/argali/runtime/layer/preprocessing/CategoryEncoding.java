package io.argali.runtime.layer.preprocessing;

import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.Value;
import java.util.List;

/** Category numbers as vectors of {@code numTokens}: one for each number, or one for all of a row. (batch, n) → (batch, numTokens) */
public record CategoryEncoding(int numTokens, String outputMode, boolean sparse) implements Layer {
    public static final CategoryEncoding DEFAULTS = new CategoryEncoding(1, "multi_hot", false);

    @Override
    public List<String> parameters() {
        return List.of("inputs", "count_weights");
    }

    @Override
    public List<Value> call(Scope scope, List<Value> inputs) {
        Value weights = scope.value("count_weights");
        return List.of(Categories.encode(
                inputs.get(0),
                Categories.Mode.of(outputMode),
                numTokens,
                scope.computeType(),
                weights == null ? null : weights.cast(scope.computeType())));
    }
}
