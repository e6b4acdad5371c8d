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
        implements UnaryLayer {
    public static final ReversibleEmbedding DEFAULTS =
            new ReversibleEmbedding(1, 1, true, WeightOptions.UNIFORM, false, null, null);

    @Override
    public Value call(Scope scope, Value x) {
        Value table = scope.uncastWeight("embeddings", Shape.of(inputDim, outputDim), embeddings);
        WeightOptions own = WeightOptions.of(embeddings.initializer());
        Value back = tieWeights ? table : scope.uncastWeight("reverse_embeddings", Shape.of(outputDim, inputDim), own);
        if (!scope.flag("reverse", false)) {
            Value y = Embedding.look(table, x).cast(scope.computeType());
            if (maskZero) scope.setMask(y, x.notEqual(0));
            return y;
        }
        DType type = reverseDtype != null ? reverseDtype : wider(x.dtype(), table.dtype());
        Value scores = x.cast(type).matMul(back.cast(type), false, tieWeights);
        return logitSoftCap == null
                ? scores
                : scores.divide(logitSoftCap).tanh().multiply(logitSoftCap);
    }

    private static DType wider(DType a, DType b) {
        if (a == b || !a.isFloating()) return b;
        return a == DType.FLOAT64 || b == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
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
