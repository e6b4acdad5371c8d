package io.argali.runtime.layer;

import io.argali.runtime.op.Value;
import java.util.List;

/** A layer with one input and one output. */
public interface UnaryLayer extends Layer {
    Value call(Scope scope, Value x);

    @Override
    default List<Value> call(Scope scope, List<Value> inputs) {
        if (inputs.size() != 1) {
            throw new io.argali.runtime.tensor.ShapeException(
                    scope.path() + ": expected one input, got " + inputs.size());
        }
        return List.of(call(scope, inputs.get(0)));
    }
}
