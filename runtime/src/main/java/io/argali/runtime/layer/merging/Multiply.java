package io.argali.runtime.layer.merging;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.Value;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The product of the inputs, element by element; one that its mask drops counts as 1, and if all are dropped the product is 0. */
public record Multiply() implements Merge {
    public static final Multiply DEFAULTS = new Multiply();

    @Override
    public Value merge(Scope scope, List<Value> inputs, List<@Nullable Value> masks) {
        boolean allMasked = masks.stream().allMatch(m -> m != null);
        Value y = null, kept = null;
        for (int i = 0; i < inputs.size(); i++) {
            Value x = inputs.get(i), mask = Merge.spread(masks.get(i), x);
            if (mask != null) {
                x = mask.select(x, 1);
                kept = kept == null ? mask : kept.or(mask);
            }
            y = y == null ? x : y.multiply(x);
        }
        Value product = Objects.requireNonNull(y);
        if (!allMasked) return product;
        product = Objects.requireNonNull(kept).select(product, 0);
        scope.setMask(product, Objects.requireNonNull(kept).any(false, -1));
        return product;
    }
}
