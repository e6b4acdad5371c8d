package io.argali.trainer.loss;

import io.argali.runtime.op.Value;

/**
 * What training makes small. A loss is a record whose components are the keys of its Keras configuration, and a formula over values; reduction,
 * weights and masks are the same for all, in {@link Losses}.
 */
public interface Loss {
    /**
     * The loss of each sample, not reduced: usually the mean over the last axis. (batch, …, n) and (batch, …, n) → (batch, …)
     *
     * @param yTrue what should come, already of the type that the loss computes in
     * @param yPred what came
     */
    Value call(Value yTrue, Value yPred);

    Reduction reduction();

    /** The name in histories. */
    String name();
}
