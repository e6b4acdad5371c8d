package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.trainer.loss.SampleFunction;
import org.jspecify.annotations.Nullable;

/** The mean of any function, for example a loss. */
public record MeanMetricWrapper(SampleFunction fn, String name, DType dtype) implements MeanMetric {
    @Override
    public Value call(Value yTrue, Value yPred) {
        return fn.call(yTrue, yPred);
    }

    @Override
    public @Nullable Value mask(Value yTrue, Value yPred, Value values) {
        return fn.mask(yTrue, yPred, values);
    }
}
