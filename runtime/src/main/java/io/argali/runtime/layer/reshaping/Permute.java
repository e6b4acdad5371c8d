package io.argali.runtime.layer.reshaping;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * The axes in another order.
 *
 * @param dims axis i of the result, from 1, is axis {@code dims[i]} of the input; the batch stays
 */
public record Permute(List<Integer> dims) implements UnaryLayer {
    public static final Permute DEFAULTS = new Permute(List.of());

    @Override
    public Value call(Scope scope, Value x) {
        List<Integer> p = new ArrayList<>(dims);
        p.add(0, 0);
        return x.transpose(p);
    }
}
