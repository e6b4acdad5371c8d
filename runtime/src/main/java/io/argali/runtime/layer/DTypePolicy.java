package io.argali.runtime.layer;

import io.argali.runtime.tensor.DType;

/** The element types that a layer computes in and keeps its weights in. */
public record DTypePolicy(String name, DType compute, DType variable) {
    public static final DTypePolicy FLOAT32 = new DTypePolicy("float32", DType.FLOAT32, DType.FLOAT32);

    /**
     * The policy that Keras calls by this name: a dtype, {@code mixed_float16} or {@code mixed_bfloat16}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static DTypePolicy of(String name) {
        return switch (name) {
            case "mixed_float16" -> new DTypePolicy(name, DType.FLOAT16, DType.FLOAT32);
            case "mixed_bfloat16" -> new DTypePolicy(name, DType.BFLOAT16, DType.FLOAT32);
            default -> new DTypePolicy(name, DType.of(name), DType.of(name));
        };
    }
}
