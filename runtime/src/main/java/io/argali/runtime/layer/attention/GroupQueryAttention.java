package io.argali.runtime.layer.attention;

import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.Key;
import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.Regularizer;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.op.Einsum;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Attention whose query heads share key and value heads in groups (Ainslie et al., 2023); otherwise as {@link MultiHeadAttention}. query
 * (batch, T, n), value and key (batch, S, m) → (batch, T, n), then the scores (batch, query heads, T, S) if asked for.
 */
public record GroupQueryAttention(
        int headDim,
        int numQueryHeads,
        int numKeyValueHeads,
        double dropout,
        boolean useBias,
        @Nullable Integer slidingWindow,
        @Nullable Boolean flashAttention,
        WeightOptions kernel,
        WeightOptions bias,
        @Key("activity_regularizer") @Nullable Regularizer projectionRegularizer,
        boolean useGate,
        @Nullable Integer seed)
        implements Layer {
    public static final GroupQueryAttention DEFAULTS = new GroupQueryAttention(
            1, 1, 1, 0, true, null, null, WeightOptions.GLOROT_UNIFORM, WeightOptions.ZEROS, null, false, null);

    public GroupQueryAttention {
        if (numKeyValueHeads < 1 || numQueryHeads % numKeyValueHeads != 0) {
            throw new IllegalArgumentException("num_query_heads must be a multiple of num_key_value_heads. Received: "
                    + numQueryHeads + " and " + numKeyValueHeads);
        }
    }

    @Override
    public List<String> parameters() {
        return Heads.PARAMETERS;
    }

    @Override
    public boolean supportsMasking() {
        return true;
    }

    @Override
    public List<Value> call(Scope scope, List<Value> inputs) {
        Value query = inputs.get(0), value = scope.requiredValue("value");
        Value key = scope.value("key") == null ? value : scope.requiredValue("key");
        if (query.rank() != 3 || value.rank() != 3)
            throw new ShapeException("expected (batch, steps, n), got " + query.type() + ", " + value.type());
        Value mask = Heads.mask(scope, query, value, scope.value("query_mask"), slidingWindow);

        Heads heads = new Heads(useBias, kernel, bias, projectionRegularizer);
        Shape queries = Shape.of(numQueryHeads, headDim), shared = Shape.of(numKeyValueHeads, headDim);
        Value q = heads.project(scope, "_query_dense", query, 1, queries, Activation.LINEAR);
        Value k = heads.project(scope, "_key_dense", key, 1, shared, Activation.LINEAR);
        Value gate = useGate ? heads.project(scope, "_gate_dense", query, 1, queries, Activation.SIGMOID) : null;
        Value v = heads.project(scope, "_value_dense", value, 1, shared, Activation.LINEAR);

        int batch = q.shape().dim(0),
                t = q.shape().dim(1),
                s = k.shape().dim(1),
                group = numQueryHeads / numKeyValueHeads;
        boolean scoresWanted = scope.flag("return_attention_scores", false);
        boolean byScores = dropout > 0 || scoresWanted;
        double scale = 1 / Math.sqrt(headDim);
        // v: key and value heads; g: the query heads that share one.
        Value grouped = (byScores ? q.multiply(scale) : q).reshape(batch, t, numKeyValueHeads, group, headDim);
        Value products = Einsum.of("btvgh,bsvh->bvgts", grouped, k).reshape(batch, numQueryHeads, t, s);
        Value expanded = Heads.expand(mask, 4, 2);
        Value scores =
                byScores ? Heads.maskedSoftmax(products, expanded, -1) : Heads.softmaxInFull(products, scale, expanded);
        Value weights = Heads.dropout(scope, scores, dropout).reshape(batch, numKeyValueHeads, group, t, s);
        Value y = Einsum.of("bvgts,bsvh->btvgh", weights, v).reshape(batch, t, numQueryHeads, headDim);
        if (gate != null) y = y.multiply(gate);
        y = heads.project(scope, "_output_dense", y, 2, Shape.of(query.shape().last()), Activation.LINEAR);
        return scoresWanted ? List.of(y, scores) : List.of(y);
    }
}
