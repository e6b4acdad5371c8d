package io.argali.trainer.loss;

import io.argali.runtime.op.Value;
import org.jspecify.annotations.Nullable;

/** A figure for each sample, from what should come and what came; Keras' loss and metric functions. */
@FunctionalInterface
public interface SampleFunction {
    /** Usually over the last axis: (batch, …, n) and (batch, …, n) → (batch, …) */
    Value call(Value yTrue, Value yPred);

    /** Which of the values count, a bool of their shape; null for all. */
    default @Nullable Value mask(Value yTrue, Value yPred, Value values) {
        return null;
    }
}
