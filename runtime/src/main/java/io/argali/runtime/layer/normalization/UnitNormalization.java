package io.argali.runtime.layer.normalization;

import io.argali.runtime.layer.PassesMask;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import java.util.List;

/** {@code x / ‖x‖₂} over some axes. Same shape. */
public record UnitNormalization(List<Integer> axis) implements UnaryLayer, PassesMask {
    public static final UnitNormalization DEFAULTS = new UnitNormalization(List.of(-1));

    @Override
    public Value call(Scope scope, Value x) {
        Value squares =
                x.square().sum(true, axis.stream().mapToInt(Integer::intValue).toArray());
        return x.multiply(squares.rsqrt().minimum(1e12));
    }
}
