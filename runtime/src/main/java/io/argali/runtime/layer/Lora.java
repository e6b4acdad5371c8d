package io.argali.runtime.layer;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Low-rank adaptation: a frozen weight W stands for {@code W + alpha/rank · A·B}, of which A {@code (…, rank)} and B {@code (rank, last)} are trained
 * (Hu et al., 2021; Keras' {@code enable_lora}). It belongs to a layer's instance, by the keys that Keras' configurations have for it.
 */
public record Lora(int rank, double alpha) {
    private static final String RANK = "lora_rank", ALPHA = "lora_alpha", PREFIX = "lora_";

    /** What a layer is adapted with; null if it is not. */
    public static @Nullable Lora of(Instance layer) {
        if (!(layer.kept().get(RANK) instanceof Number rank) || rank.intValue() < 1) return null;
        double alpha = layer.kept().get(ALPHA) instanceof Number a ? a.doubleValue() : rank.doubleValue();
        return new Lora(rank.intValue(), alpha);
    }

    /** The layer, adapted. */
    public Instance on(Instance layer) {
        Map<String, Object> kept = new LinkedHashMap<>(layer.kept());
        kept.putAll(configuration());
        return new Instance(
                layer.name(), layer.layer(), layer.trainable(), layer.dtype(), layer.activityRegularizer(), kept);
    }

    /** The keys of a Keras configuration. */
    public Map<String, Object> configuration() {
        Map<String, Object> r = new LinkedHashMap<>();
        r.put(RANK, rank);
        r.put(ALPHA, alpha == Math.rint(alpha) ? (Object) (long) alpha : (Object) alpha);
        return r;
    }

    /** Whether a weight of this name is one that is adapted. */
    public static boolean adapts(String weight) {
        return weight.equals("kernel") || weight.equals("embeddings");
    }

    /** The names of A and B. */
    public static String a(String weight) {
        return PREFIX + weight + "_a";
    }

    public static String b(String weight) {
        return PREFIX + weight + "_b";
    }

    /** Whether a weight of this name is an A or a B, which no file has: they are in the weight they adapt. */
    public static boolean isPart(String weight) {
        return weight.startsWith(PREFIX);
    }

    public Shape aShape(Shape weight) {
        return weight.with(weight.rank() - 1, rank);
    }

    public Shape bShape(Shape weight) {
        return Shape.of(rank, weight.last());
    }

    /** {@code W + alpha/rank · A·B}. */
    public Value adapted(Value weight, Value a, Value b) {
        int rows = weight.shape().size(0, weight.rank() - 1);
        Value product = a.reshape(rows, rank).matMul(b).multiply(alpha / rank).reshape(weight.shape());
        return weight.cast(DType.FLOAT32).add(product).cast(weight.dtype());
    }

    /** How A begins; B is zero, so that nothing changes at first. */
    public static WeightOptions aOptions(WeightOptions weight) {
        return new WeightOptions(Initializer.HeUniform.DEFAULTS, weight.regularizer(), null);
    }

    public static WeightOptions bOptions(WeightOptions weight) {
        return new WeightOptions(new Initializer.Zeros(), weight.regularizer(), null);
    }
}
