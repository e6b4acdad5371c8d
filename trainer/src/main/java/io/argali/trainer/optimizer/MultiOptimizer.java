package io.argali.trainer.optimizer;

import org.jspecify.annotations.Nullable;

/**
 * Several optimizers, each for some of the weights.
 *
 * @param lossScaleFactor takes the place of that of each optimizer
 */
public record MultiOptimizer(
        OptimizerMap optimizerMap, @Nullable Double lossScaleFactor, String name) implements Optimizer {
    public static final MultiOptimizer DEFAULTS = new MultiOptimizer(OptimizerMap.DEFAULTS, null, "multi_optimizer");
}
