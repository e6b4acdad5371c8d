package io.argali.runtime.layer.preprocessing;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Numbers, and nested lists of them, as a configuration has them. */
final class Numbers {
    private Numbers() {}

    static Value value(@Nullable Object json, DType type) {
        List<Integer> dims = new ArrayList<>();
        List<Double> flat = new ArrayList<>();
        collect(json, 0, dims, flat);
        return Value.constant(Tensor.wrap(
                        DType.FLOAT64,
                        Shape.of(dims),
                        flat.stream().mapToDouble(d -> d).toArray())
                .cast(type));
    }

    private static void collect(@Nullable Object json, int depth, List<Integer> dims, List<Double> flat) {
        switch (json) {
            case Number n -> flat.add(n.doubleValue());
            case List<?> l -> {
                if (dims.size() == depth) dims.add(l.size());
                for (Object e : l) collect(e, depth + 1, dims, flat);
            }
            // An array: {"class_name": "__numpy__", "config": {"value": […], "dtype": …}}
            case Map<?, ?> m
            when m.get("config") instanceof Map<?, ?> config -> collect(config.get("value"), depth, dims, flat);
            case null, default -> throw new IllegalArgumentException("expected numbers, got " + json);
        }
    }
}
