package io.argali.runtime.layer.merging;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The sum of the inputs, element by element. */
public record Add() implements Merge {
    public static final Add DEFAULTS = new Add();

    @Override
    public Value merge(Scope scope, List<Value> inputs, List<@Nullable Value> masks) {
        return inputs.stream().reduce(Value::add).orElseThrow();
    }
}
