package io.argali.runtime.layer.merging;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The mean of the inputs, element by element. */
public record Average() implements Merge {
    public static final Average DEFAULTS = new Average();

    @Override
    public Value merge(Scope scope, List<Value> inputs, List<@Nullable Value> masks) {
        Value sum = inputs.stream().reduce(Value::add).orElseThrow();
        return (sum.dtype().isFloating() ? sum : sum.cast(DType.FLOAT32)).divide(inputs.size());
    }
}
