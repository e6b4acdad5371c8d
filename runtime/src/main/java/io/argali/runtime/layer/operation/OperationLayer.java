package io.argali.runtime.layer.operation;

import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.Value;
import java.util.List;
import java.util.Map;

/**
 * A Keras operation as a node of a graph: {@code x * 2}, {@code x[:, -1]}, {@code keras.ops.relu(x)}.
 *
 * @param name module and class: {@code numpy.Multiply}
 * @param config the arguments of the operation's constructor
 */
public record OperationLayer(String name, Map<String, Object> config, Operation operation) implements Layer {
    /** What an operation computes. */
    @FunctionalInterface
    public interface Operation {
        List<Value> apply(OperationArguments arguments);
    }

    @Override
    public List<String> parameters() {
        return List.of(); // whatever the call gives
    }

    @Override
    public boolean autocast() {
        return false;
    }

    @Override
    public List<Value> call(Scope scope, List<Value> inputs) {
        return operation.apply(new OperationArguments(name, scope, config));
    }
}
