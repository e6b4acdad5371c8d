package io.argali.trainer.schedule;

import io.argali.runtime.op.Value;

/** A learning rate that changes with the steps. A schedule is a record whose components are the keys of its Keras configuration. */
public interface Schedule {
    /**
     * The rate of a step.
     *
     * @param iteration batches seen so far, a scalar int64
     * @return a float32 scalar
     */
    Value rate(Value iteration);
}
