package io.argali.runtime.layer.activations;

import io.argali.runtime.layer.Activations;
import io.argali.runtime.layer.PassesMask;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.TakesMask;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import java.util.List;

/** {@code exp(x) / Σ exp(x)} over one or more axes; elements that the mask drops count for nothing and become 0. Same shape. */
public record Softmax(List<Integer> axis) implements UnaryLayer, TakesMask, PassesMask {
    public static final Softmax DEFAULTS = new Softmax(List.of(-1));

    @Override
    public Value call(Scope scope, Value x) {
        int[] axes = axis.stream().mapToInt(Integer::intValue).toArray();
        Value mask = scope.mask();
        if (mask == null) return softmax(x, axes);
        Value kept = mask.dtype() == DType.BOOL ? mask : mask.greater(0.5);
        return kept.select(softmax(kept.select(x, x.dtype() == DType.FLOAT16 ? -30000 : -1e9), axes), 0);
    }

    private static Value softmax(Value x, int... axes) {
        return axes.length == 1
                ? Activations.softmax(x, axes)
                : x.subtract(Activations.logSumExp(x, true, axes)).exp();
    }
}
