package io.argali.runtime.model;

import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The values of a model's weights, by path, in the order in which the layers declare them. Immutable. */
public final class Weights {
    private final Map<String, Tensor> values;

    public Weights(Map<String, Tensor> values) {
        this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /**
     * The weight at a path.
     *
     * @throws IllegalArgumentException if there is none
     */
    public Tensor get(String path) {
        Tensor t = values.get(path);
        if (t == null) throw new IllegalArgumentException("no weight \"" + path + "\"");
        return t;
    }

    public List<String> paths() {
        return List.copyOf(values.keySet());
    }

    public Map<String, Tensor> asMap() {
        return values;
    }

    /** These weights with some replaced. */
    public Weights with(Map<String, Tensor> changes) {
        Map<String, Tensor> all = new LinkedHashMap<>(values);
        changes.forEach((path, value) -> {
            TensorType own = get(path).type();
            if (!own.equals(value.type())) {
                throw new IllegalArgumentException("weight \"" + path + "\" is " + own + ", not " + value.type());
            }
            all.put(path, value);
        });
        return new Weights(all);
    }
}
