package io.argali.runtime.layer.core;

import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.PassesMask;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.Value;
import java.util.List;

/** Hands its inputs through. */
public record Identity() implements Layer, PassesMask {
    public static final Identity DEFAULTS = new Identity();

    @Override
    public List<Value> call(Scope scope, List<Value> inputs) {
        return inputs;
    }
}
