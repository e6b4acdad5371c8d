package io.argali.trainer.loss;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import org.jspecify.annotations.Nullable;

/** A function as a loss. */
public record LossFunctionWrapper(SampleFunction fn, Reduction reduction, String name, DType dtype) implements Loss {
    @Override
    public Value call(Value yTrue, Value yPred) {
        return fn.call(yTrue, yPred);
    }

    @Override
    public @Nullable Value mask(Value yTrue, Value yPred, Value values) {
        return fn.mask(yTrue, yPred, values);
    }
}
