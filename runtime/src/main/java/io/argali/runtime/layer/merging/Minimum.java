package io.argali.runtime.layer.merging;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The least of the inputs, element by element, among those that their masks keep. */
public record Minimum() implements Merge {
    public static final Minimum DEFAULTS = new Minimum();

    @Override
    public Value merge(Scope scope, List<Value> inputs, List<@Nullable Value> masks) {
        return ExtremeOf.merge(BinaryFunction.MINIMUM, scope, inputs, masks);
    }
}
