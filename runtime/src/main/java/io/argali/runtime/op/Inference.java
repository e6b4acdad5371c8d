package io.argali.runtime.op;

import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.TensorType;
import java.util.List;
import java.util.function.Supplier;

/** What the operations' type rules share. */
final class Inference {
    private Inference() {}

    static void check(boolean condition, Supplier<String> message) {
        if (!condition) throw new ShapeException(message.get());
    }

    static Shape broadcast(Shape a, Shape b) {
        return Shape.broadcast(a, b);
    }

    static List<TensorType> same(List<TensorType> inputs) {
        return List.of(inputs.get(0));
    }
}
