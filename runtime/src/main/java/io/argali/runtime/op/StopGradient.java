package io.argali.runtime.op;

import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The argument itself, through which no gradient flows. A mark for gradients: plans leave it out. */
public record StopGradient() implements GradientRule {
    /** The value, as a constant to whoever differentiates. */
    public static Value of(Value x) {
        return new StopGradient().on(x).get(0);
    }

    /** {@code value}, with the gradients of {@code like}, which is a finite formula of its shape. */
    public static Value of(Value value, Value like) {
        return of(value).add(like.subtract(of(like)));
    }

    @Override
    public List<@Nullable Value> gradients(List<Value> inputs, Value dy) {
        return Collections.singletonList(null);
    }
}
