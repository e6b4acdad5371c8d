package io.argali.runtime.model;

import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.Value;
import java.util.List;
import java.util.Map;

/** Preprocessing layers one after the other, as one layer of a model. */
public record Pipeline(List<Instance> layers) implements Composite {
    public static final Pipeline DEFAULTS = new Pipeline(List.of());

    public Pipeline {
        layers = List.copyOf(layers);
    }

    @Override
    public Pipeline withLayers(List<Instance> other) {
        return new Pipeline(other);
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
        List<Value> values = inputs;
        for (Instance layer : layers) {
            Object argument = values.size() == 1 ? values.get(0) : values;
            values = scope.call(layer.name(), layer, List.of(argument), Map.of());
        }
        return values;
    }
}
