package io.argali.converters.savedmodel;

import io.argali.runtime.op.Value;
import io.argali.runtime.special.SpecialFunction;

/** Functions of mathematics beyond the elementary ones. */
final class SpecialOps {
    private SpecialOps() {}

    static void add(OpTable t) {
        for (SpecialFunction f : SpecialFunction.values()) {
            // Exported networks have it in their activation, GELU, which is to be fast.
            if (f == SpecialFunction.ERFC) continue;
            t.one(f.tensorFlow(), c -> f.of(c.values(0, f.arguments()).toArray(Value[]::new)));
        }
    }
}
