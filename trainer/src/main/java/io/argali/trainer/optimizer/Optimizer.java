package io.argali.trainer.optimizer;

/**
 * How gradients change weights. An optimizer is a record whose components are the keys of its Keras configuration: an {@link UpdateRule}, which is a
 * formula, or one of those that hold other optimizers. {@link Updates} is what training runs.
 */
public sealed interface Optimizer permits UpdateRule, LossScaleOptimizer, MultiOptimizer {
    /** The name in configurations and messages. */
    String name();
}
