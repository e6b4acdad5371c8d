package io.argali.trainer.optimizer;

/**
 * Multiplies the loss by a number, so that small gradients of half precision do not vanish, and divides gradients by it. A step whose gradients are not
 * all finite is left out, and halves the number; after many steps that are, it doubles.
 *
 * @param dynamicGrowthSteps after how many good steps in a row the number doubles
 */
public record LossScaleOptimizer(Optimizer innerOptimizer, double initialScale, long dynamicGrowthSteps, String name)
        implements Optimizer {
    /** The variable that counts good steps since the number last changed. */
    public static final String STEP_COUNTER = "step_counter";

    /** The variable that holds the number. */
    public static final String DYNAMIC_SCALE = "dynamic_scale";

    public static final LossScaleOptimizer DEFAULTS = of(SGD.DEFAULTS);

    /** Keras' defaults around an optimizer. */
    public static LossScaleOptimizer of(Optimizer inner) {
        return new LossScaleOptimizer(inner, 32768, 2000, "loss_scale_optimizer");
    }
}
