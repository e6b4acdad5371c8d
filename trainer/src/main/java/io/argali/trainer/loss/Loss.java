package io.argali.trainer.loss;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/**
 * What training makes small. A loss is a record whose components are the keys of its Keras configuration, and a formula over values; reduction,
 * weights and masks are the same for all, in {@link Losses}.
 */
public interface Loss extends SampleFunction {
    /**
     * The loss of each sample, not reduced: usually the mean over the last axis. (batch, …, n) and (batch, …, n) → (batch, …)
     *
     * @param yTrue what should come, already of the type that the loss computes in
     * @param yPred what came
     */
    @Override
    Value call(Value yTrue, Value yPred);

    Reduction reduction();

    /** The name in histories. */
    String name();

    /** The type that the loss computes in. */
    DType dtype();

    /** The loss for labels and outputs of these shapes: itself, but for one that was given by a name that stands for several. */
    default Loss resolve(Value yTrue, Value yPred) {
        return this;
    }

    /** A loss of your own. */
    static Loss of(String name, SampleFunction function) {
        return new LossFunctionWrapper(function, Reduction.SUM_OVER_BATCH_SIZE, name, DType.FLOAT32);
    }
}
