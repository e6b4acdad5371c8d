package io.argali.runtime.layer;

import io.argali.runtime.tensor.DType;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The element types that a layer computes in and keeps its weights in.
 *
 * @param quantization what the large weights are instead; null for a layer that is not quantized
 * @param parts the policies of layers inside, by their paths or patterns of these; all others have this one
 */
public record DTypePolicy(
        String name,
        DType compute,
        DType variable,
        @Nullable Quantization quantization,
        Map<String, DTypePolicy> parts) {
    private static final String FROM = "_from_";

    public static final DTypePolicy FLOAT32 = new DTypePolicy("float32", DType.FLOAT32, DType.FLOAT32, null, Map.of());

    /**
     * The policy that Keras calls by this name: a dtype, {@code mixed_float16} or {@code mixed_bfloat16}, or a quantized one ({@code
     * int8_from_float32}).
     *
     * @throws IllegalArgumentException if there is none
     */
    public static DTypePolicy of(String name) {
        int from = name.indexOf(FROM);
        if (from >= 0) {
            DTypePolicy source = of(name.substring(from + FROM.length()));
            Quantization q = Quantization.of(name.substring(0, from));
            return new DTypePolicy(name, source.compute, source.variable, q, Map.of());
        }
        return switch (name) {
            case "mixed_float16" -> new DTypePolicy(name, DType.FLOAT16, DType.FLOAT32, null, Map.of());
            case "mixed_bfloat16" -> new DTypePolicy(name, DType.BFLOAT16, DType.FLOAT32, null, Map.of());
            default -> new DTypePolicy(name, DType.of(name), DType.of(name), null, Map.of());
        };
    }

    /** The same types, with weights quantized otherwise. */
    public DTypePolicy quantized(Quantization q) {
        return new DTypePolicy(name, compute, variable, q, parts);
    }

    /** The name without the quantization. */
    public String sourceName() {
        int from = name.indexOf(FROM);
        return from < 0 ? name : name.substring(from + FROM.length());
    }

    /** With policies of their own for layers inside. */
    public DTypePolicy withParts(Map<String, DTypePolicy> parts) {
        return new DTypePolicy(name, compute, variable, quantization, Map.copyOf(parts));
    }

    /**
     * The policy of one of the layers that this one is for.
     *
     * @param path the layers' names from the model down; Keras may know the layer by fewer of them
     */
    public DTypePolicy of(List<String> path) {
        if (parts.isEmpty()) return this;
        for (boolean patterns : new boolean[] {false, true}) {
            for (int i = 0; i < path.size(); i++) {
                String at = String.join("/", path.subList(i, path.size()));
                for (Map.Entry<String, DTypePolicy> part : parts.entrySet()) {
                    if (patterns ? at.matches(part.getKey()) : at.equals(part.getKey())) return part.getValue();
                }
            }
        }
        return withParts(Map.of());
    }
}
