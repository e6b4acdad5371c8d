package io.argali.runtime.layer.merging;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The greatest or least of the inputs; where a mask drops one, the others decide. */
final class ExtremeOf {
    private ExtremeOf() {}

    static Value merge(BinaryFunction f, Scope scope, List<Value> inputs, List<@Nullable Value> masks) {
        Value y = inputs.get(0);
        Value kept = Merge.spread(masks.get(0), y);
        for (int i = 1; i < inputs.size(); i++) {
            Value x = inputs.get(i), mask = Merge.spread(masks.get(i), x);
            if (mask != null) x = mask.select(x, y);
            if (kept != null) y = kept.select(y, x);
            kept = mask != null && kept != null ? kept.or(mask) : null;
            y = y.binary(f, x);
        }
        if (kept != null) scope.setMask(y, kept.any(false, -1));
        return y;
    }
}
