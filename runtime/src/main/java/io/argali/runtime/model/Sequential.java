package io.argali.runtime.model;

import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.Names;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.core.InputLayer;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Layers one after the other.
 *
 * @param layers an {@link InputLayer} may be the first
 * @param buildShape the input shape of a model without an InputLayer that Keras built all the same; null if unknown
 */
public record Sequential(List<Instance> layers, @Nullable Shape buildShape) implements Composite {
    public Sequential {
        layers = List.copyOf(layers);
    }

    @Override
    public Sequential withLayers(List<Instance> other) {
        return new Sequential(other, buildShape);
    }

    /** Layers with Keras' default names ({@code dense}, {@code dense_1} …), over an input of the given shape, without batch axis. */
    public static Sequential of(Shape input, Layer... layers) {
        List<Instance> instances = new ArrayList<>();
        instances.add(Instance.of(
                "input_layer", new InputLayer(input.insert(0, Shape.UNKNOWN), DType.FLOAT32, false, false, false)));
        Map<String, Integer> used = new HashMap<>();
        for (Layer layer : layers) instances.add(Instance.of(defaultName(layer, used), layer));
        return new Sequential(instances, null);
    }

    /** Keras' default name of a layer: its class in snake_case, with a number from the second on. */
    static String defaultName(Layer layer, Map<String, Integer> used) {
        String base = snakeCase(layer.getClass().getSimpleName());
        int n = used.merge(base, 1, Integer::sum) - 1;
        return n == 0 ? base : base + "_" + n;
    }

    /** {@code MaxPooling2D} → {@code max_pooling2d}, by Keras' to_snake_case. */
    public static String snakeCase(String name) {
        return Names.snakeCase(name);
    }

    @Override
    public boolean supportsMasking() {
        return true;
    }

    @Override
    public List<@Nullable Value> computeMask(Scope scope, List<Value> inputs, List<@Nullable Value> masks) {
        return List.of(); // each inner layer has set its own
    }

    @Override
    public List<String> parameters() {
        return List.of("inputs", "mask");
    }

    @Override
    public boolean autocast() {
        return false;
    }

    @Override
    public List<Value> call(Scope scope, List<Value> inputs) {
        Value mask = scope.mask();
        if (mask != null) scope.setMask(inputs.get(0), mask);
        List<Value> values = inputs;
        for (Instance layer : layers) {
            Object argument = values.size() == 1 ? values.get(0) : values;
            values = scope.call(layer.name(), layer, List.of(argument), Map.of());
        }
        return values;
    }
}
