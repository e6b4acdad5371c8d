package io.argali.runtime.layer.core;

import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.Names;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.layer.activations.ReLU;
import io.argali.runtime.layer.operation.OperationCatalog;
import io.argali.runtime.layer.operation.OperationLayer;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.ShapeException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One of Keras' own functions by its name; Python code is never run. Same shape; the mask ends here.
 *
 * @param arguments what the function is given beside its input, by name
 */
public record Lambda(Activation function, @Nullable Map<String, ?> arguments) implements UnaryLayer {
    public static final Lambda DEFAULTS = new Lambda(Activation.LINEAR, null);

    @Override
    public List<String> parameters() {
        return List.of(); // as an operation's, so that its arguments are found
    }

    @Override
    public Value call(Scope scope, Value x) {
        if (arguments == null || arguments.isEmpty()) return function.apply(x);
        if (function.name().equals("relu")) return relu(scope, x, arguments);
        String name = "nn." + Names.pascalCase(function.name());
        OperationLayer.Operation operation = OperationCatalog.find(name);
        if (operation == null)
            throw new ShapeException(function.name() + " takes no arguments, got " + arguments.keySet());
        return new OperationLayer(name, Map.copyOf(arguments), operation)
                .call(scope, List.of(x))
                .getFirst();
    }

    private static Value relu(Scope scope, Value x, Map<String, ?> arguments) {
        Double max = arguments.get("max_value") instanceof Number n ? n.doubleValue() : null;
        return new ReLU(max, number(arguments, "negative_slope"), number(arguments, "threshold")).call(scope, x);
    }

    private static double number(Map<String, ?> arguments, String name) {
        return arguments.get(name) instanceof Number n ? n.doubleValue() : 0;
    }
}
