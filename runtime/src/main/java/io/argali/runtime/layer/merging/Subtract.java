package io.argali.runtime.layer.merging;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.ShapeException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The first of two inputs less the second, element by element. */
public record Subtract() implements Merge {
    public static final Subtract DEFAULTS = new Subtract();

    @Override
    public Value merge(Scope scope, List<Value> inputs, List<@Nullable Value> masks) {
        if (inputs.size() != 2) throw new ShapeException("expected 2 inputs, got " + inputs.size());
        return inputs.get(0).subtract(inputs.get(1));
    }
}
