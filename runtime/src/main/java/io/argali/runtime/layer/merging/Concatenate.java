package io.argali.runtime.layer.merging;

import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.PassesMask;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The inputs behind one another along an axis. */
public record Concatenate(int axis) implements Layer, PassesMask {
    public static final Concatenate DEFAULTS = new Concatenate(-1);

    @Override
    public List<Value> call(Scope scope, List<Value> inputs) {
        return List.of(Value.concat(axis, Merge.common(inputs)));
    }

    /** Inputs without a mask count as kept; a step is kept if any of its concatenated features is. */
    @Override
    public List<@Nullable Value> computeMask(Scope scope, List<Value> inputs, List<@Nullable Value> masks) {
        if (masks.stream().allMatch(Objects::isNull)) return Collections.singletonList(null);
        List<Value> parts = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            Value mask = masks.get(i), x = inputs.get(i);
            if (mask == null)
                parts.add(Value.zeros(new TensorType(DType.BOOL, x.shape())).not());
            else parts.add(mask.rank() < x.rank() ? mask.expandDims(-1).broadcastTo(x.shape()) : mask);
        }
        return Collections.singletonList(Value.concat(axis, parts).any(false, -1));
    }
}
