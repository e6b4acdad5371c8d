package io.argali.runtime.layer.core;

import io.argali.runtime.layer.Quantization;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An {@link Embedding} that also goes back: called with {@code reverse}, it scores every token by {@code x · tableᵀ}. (…) → (…, outputDim), and in
 * reverse (…, outputDim) → (…, inputDim).
 *
 * @param tieWeights whether both ways share the table
 * @param logitSoftCap scores are bent to stay below this: {@code cap · tanh(scores / cap)}
 */
public record ReversibleEmbedding(
        int inputDim,
        int outputDim,
        boolean tieWeights,
        WeightOptions embeddings,
        boolean maskZero,
        @Nullable DType reverseDtype,
        @Nullable Double logitSoftCap)
        implements UnaryLayer, Quantization.Quantizable {
    public static final ReversibleEmbedding DEFAULTS =
            new ReversibleEmbedding(1, 1, true, WeightOptions.UNIFORM, false, null, null);

    @Override
    public Value call(Scope scope, Value x) {
        EmbeddingTable table = EmbeddingTable.of(scope, inputDim, outputDim, embeddings);
        EmbeddingTable.Scores back = table.reversed(tieWeights, reverseDtype);
        if (!scope.flag("reverse", false)) {
            Value y = table.look(x);
            if (maskZero) scope.setMask(y, x.notEqual(0));
            return y;
        }
        Value scores = back.of(x);
        return logitSoftCap == null
                ? scores
                : scores.divide(logitSoftCap).tanh().multiply(logitSoftCap);
    }

    @Override
    public boolean takes(Quantization quantization) {
        return EmbeddingTable.takes(quantization);
    }

    @Override
    public Quantization unsaid(Quantization quantization) {
        return quantization instanceof Quantization.Int4 q
                ? new Quantization.Int4(q.blockSize(), Quantization.AbsMax.DEFAULTS)
                : quantization;
    }

    @Override
    public List<String> parameters() {
        return List.of("inputs", "reverse");
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
        return List.of(); // the call has set it
    }
}
