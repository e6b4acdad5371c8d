package io.argali.trainer.schedule;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;

/** The same rate for all steps, unless someone changes it: a number in Keras' configurations. */
public record Constant(double rate) implements Schedule {
    @Override
    public Value rate(Value iteration) {
        return Value.scalar(DType.FLOAT32, rate);
    }
}
