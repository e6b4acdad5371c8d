package io.argali.runtime.layer;

import org.jspecify.annotations.Nullable;

/** How a weight begins and what training does with it; a configuration's {@code kernel_initializer, kernel_regularizer, kernel_constraint}. */
public record WeightOptions(
        Initializer initializer,
        @Nullable Regularizer regularizer,
        @Nullable Constraint constraint) {
    public static WeightOptions of(Initializer initializer) {
        return new WeightOptions(initializer, null, null);
    }

    public static final WeightOptions GLOROT_UNIFORM = of(Initializer.GlorotUniform.DEFAULTS);
    public static final WeightOptions ORTHOGONAL = of(Initializer.Orthogonal.DEFAULTS);
    public static final WeightOptions ZEROS = of(new Initializer.Zeros());
    public static final WeightOptions ONES = of(new Initializer.Ones());
    /** What Keras' Embedding starts with. */
    public static final WeightOptions UNIFORM = of(Initializer.RandomUniform.DEFAULTS);
}
