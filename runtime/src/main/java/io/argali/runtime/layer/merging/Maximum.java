package io.argali.runtime.layer.merging;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The greatest of the inputs, element by element, among those that their masks keep. */
public record Maximum() implements Merge {
    public static final Maximum DEFAULTS = new Maximum();

    @Override
    public Value merge(Scope scope, List<Value> inputs, List<@Nullable Value> masks) {
        return ExtremeOf.merge(BinaryFunction.MAXIMUM, scope, inputs, masks);
    }
}
