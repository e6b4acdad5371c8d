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
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Attention by several heads (Vaswani et al., 2017): {@code softmax(q · kᵀ / √key_dim + mask) · v} for each head, with projections of query, key
 * and value before and of all heads' results after. query (batch, T…, n), value and key (batch, S…, m) → (batch, T…, n), then the scores (batch,
 * heads, T…, S…) if asked for.
 *
 * @param valueDim the size of a head's values; null for {@code keyDim}
 * @param outputShape the last axes of the output; null for the query's last axis
 * @param attentionAxes the axes that attend to one another; null for all but the first and last
 * @param slidingWindow how far a query looks to either side; null for no limit
 * @param projectionRegularizer a penalty on the results of each projection; Keras' {@code activity_regularizer}
 * @param useGate whether the heads' results are multiplied by a sigmoid of the query
 */
public record MultiHeadAttention(
        int numHeads,
        int keyDim,
        @Nullable Integer valueDim,
        double dropout,
        boolean useBias,
        @Nullable List<Integer> outputShape,
        @Nullable List<Integer> attentionAxes,
        @Nullable Integer slidingWindow,
        @Nullable Boolean flashAttention,
        WeightOptions kernel,
        WeightOptions bias,
        @Key("activity_regularizer") @Nullable Regularizer projectionRegularizer,
        boolean useGate,
        @Nullable Integer seed)
        implements Layer {
    public static final MultiHeadAttention DEFAULTS = new MultiHeadAttention(
            1,
            1,
            null,
            0,
            true,
            null,
            null,
            null,
            null,
            WeightOptions.GLOROT_UNIFORM,
            WeightOptions.ZEROS,
            null,
            false,
            null);

    /** Heads with Keras' defaults. */
    public static MultiHeadAttention of(int numHeads, int keyDim) {
        return new MultiHeadAttention(
                numHeads,
                keyDim,
                null,
                0,
                true,
                null,
                null,
                null,
                null,
                WeightOptions.GLOROT_UNIFORM,
                WeightOptions.ZEROS,
                null,
                false,
                null);
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
        // Keras goes by the mask that the query carries, whatever the caller gives, and takes the masks off all three.
        Value queryMask = scope.maskOf(query);
        for (Value v : List.of(query, value, key)) scope.setMask(v, null);
        Value mask = Heads.mask(scope, query, value, queryMask, slidingWindow);

        Heads heads = new Heads(useBias, kernel, bias, projectionRegularizer);
        Shape keys = Shape.of(numHeads, keyDim), values = Shape.of(numHeads, valueDim == null ? keyDim : valueDim);
        Value q = heads.project(scope, "query_dense", query, 1, keys, Activation.LINEAR);
        Value k = heads.project(scope, "key_dense", key, 1, keys, Activation.LINEAR);
        Value gate = useGate ? heads.project(scope, "_gate_dense", query, 1, values, Activation.SIGMOID) : null;
        Value v = heads.project(scope, "value_dense", value, 1, values, Activation.LINEAR);

        boolean scoresWanted = scope.flag("return_attention_scores", false);
        Attended a = dropout > 0 || scoresWanted || q.rank() != 4
                ? byScores(scope, q, k, v, mask)
                : byDotProduct(q, k, v, mask);
        Value y = gate == null ? a.result : a.result.multiply(gate);
        Shape output = outputShape == null || outputShape.isEmpty()
                ? Shape.of(query.shape().last())
                : Shape.of(outputShape);
        y = heads.project(scope, "output_dense", y, 2, output, Activation.LINEAR);
        if (queryMask != null) scope.setMask(y, queryMask);
        return scoresWanted ? List.of(y, a.scores) : List.of(y);
    }

    private record Attended(Value result, Value scores) {}

    private Attended byDotProduct(Value q, Value k, Value v, @Nullable Value mask) {
        Value products = Einsum.of("btnh,bsnh->bnts", q, k);
        Value scores = Heads.softmaxInFull(products, 1 / Math.sqrt(keyDim), Heads.expand(mask, 4, 2));
        return new Attended(Einsum.of("bnts,bsnh->btnh", scores, v), scores);
    }

    private Attended byScores(Scope scope, Value q, Value k, Value v, @Nullable Value mask) {
        int rank = v.rank();
        List<Integer> axes = attentionAxes == null
                ? IntStream.range(1, rank - 2).boxed().toList()
                : attentionAxes.stream().map(a -> a < 0 ? a + rank - 1 : a).toList();
        Equations e = Equations.of(rank, axes);
        Value products = Einsum.of(e.products, k, q.multiply(1 / Math.sqrt(keyDim)));
        int n = axes.size();
        Value scores = Heads.maskedSoftmax(
                products,
                Heads.expand(mask, products.rank(), 2 * n),
                IntStream.rangeClosed(1, n).map(i -> -i).toArray());
        return new Attended(Einsum.of(e.result, Heads.dropout(scope, scores, dropout), v), scores);
    }

    /** The two contractions for any attention axes: the other axes are batch axes, heads among them. */
    private record Equations(String products, String result) {
        static Equations of(int rank, List<Integer> axes) {
            StringBuilder target = new StringBuilder(), source = new StringBuilder(), batch = new StringBuilder();
            StringBuilder targets = new StringBuilder(), sources = new StringBuilder();
            for (int i = 0; i < rank; i++) {
                char c = (char) ('a' + i), other = axes.contains(i) ? (char) ('a' + rank + i) : c;
                target.append(c);
                source.append(other);
                if (!axes.contains(i) && i < rank - 1) batch.append(c);
            }
            for (int a : axes) {
                targets.append((char) ('a' + a));
                sources.append((char) ('a' + rank + a));
            }
            String scores = batch.toString() + targets + sources;
            return new Equations(source + "," + target + "->" + scores, scores + "," + source + "->" + target);
        }
    }
}
