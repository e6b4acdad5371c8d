package io.argali.runtime.layer.core;

import io.argali.runtime.layer.Quantization;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.op.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A vector for each token: row x of a trained table. Negative tokens count from the table's end; others outside are an error when the model runs.
 * (…) → (…, outputDim).
 *
 * @param maskZero whether token 0 is padding, which the mask drops
 */
public record Embedding(int inputDim, int outputDim, WeightOptions embeddings, boolean maskZero)
        implements UnaryLayer, Quantization.Quantizable {
    public static final Embedding DEFAULTS = new Embedding(1, 1, WeightOptions.UNIFORM, false);

    @Override
    public Value call(Scope scope, Value tokens) {
        return EmbeddingTable.of(scope, inputDim, outputDim, embeddings).look(tokens);
    }

    @Override
    public boolean takes(Quantization quantization) {
        return EmbeddingTable.takes(quantization);
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
