package io.argali.runtime.layer.core;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A vector for each token: row x of a trained table. Negative tokens count from the table's end; others outside are an error when the model runs.
 * (…) → (…, outputDim).
 *
 * @param maskZero whether token 0 is padding, which the mask drops
 */
public record Embedding(int inputDim, int outputDim, WeightOptions embeddings, boolean maskZero) implements UnaryLayer {
    public static final Embedding DEFAULTS = new Embedding(1, 1, WeightOptions.UNIFORM, false);

    @Override
    public Value call(Scope scope, Value tokens) {
        Value table = scope.uncastWeight("embeddings", Shape.of(inputDim, outputDim), embeddings);
        return look(table, tokens).cast(scope.computeType());
    }

    /** The rows of a table. */
    static Value look(Value table, Value tokens) {
        Value x = tokens.dtype() == DType.INT32 || tokens.dtype() == DType.INT64 ? tokens : tokens.cast(DType.INT32);
        return table.gather(x.less(0).select(x.add(table.shape().dim(0)), x), 0);
    }

    @Override
    public boolean autocast() {
        return false;
    }

    @Override
    public boolean supportsMasking() {
        return maskZero;
    }

    @Override
    public List<@Nullable Value> computeMask(Scope scope, List<Value> inputs, List<@Nullable Value> masks) {
        return List.of(inputs.get(0).notEqual(0));
    }
}
