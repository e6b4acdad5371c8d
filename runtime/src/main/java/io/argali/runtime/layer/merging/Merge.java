package io.argali.runtime.layer.merging;

import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.PassesMask;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.operation.Promotion;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.ShapeException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the layers that merge element by element share (keras/src/layers/merging/base_merge.py). */
interface Merge extends Layer, PassesMask {
    /**
     * Merges the inputs.
     *
     * @param inputs of one rank and type; their shapes broadcast
     * @param masks one for each input, where it carries one
     */
    Value merge(Scope scope, List<Value> inputs, List<@Nullable Value> masks);

    @Override
    default List<Value> call(Scope scope, List<Value> inputs) {
        if (inputs.isEmpty()) throw new ShapeException("nothing to merge");
        List<@Nullable Value> masks = new ArrayList<>();
        List<Value> aligned = new ArrayList<>();
        int rank = inputs.stream().mapToInt(Value::rank).max().getAsInt();
        for (Value x : common(inputs)) {
            // The batch stays in front; axes are put in behind it.
            Value y = x;
            while (y.rank() < rank) y = y.expandDims(1);
            masks.add(y.rank() == inputs.get(aligned.size()).rank() ? scope.maskOf(inputs.get(aligned.size())) : null);
            aligned.add(y);
        }
        return List.of(merge(scope, aligned, masks));
    }

    /** Inputs of several types in the one that Keras promotes them to. */
    static List<Value> common(List<Value> inputs) {
        DType type = Promotion.of(inputs.stream().map(Value::dtype).toArray(DType[]::new));
        return inputs.stream().map(x -> x.cast(type)).toList();
    }

    /** A step counts if it does in any input; but not if some input has no mask. */
    @Override
    default List<@Nullable Value> computeMask(Scope scope, List<Value> inputs, List<@Nullable Value> masks) {
        Value any = null;
        for (Value m : masks) {
            if (m == null) return Collections.singletonList(null);
            any = any == null ? m : any.or(m);
        }
        return Collections.singletonList(any);
    }

    /** A mask over steps as one over elements. */
    static @Nullable Value spread(@Nullable Value mask, Value x) {
        return mask == null ? null : mask.expandDims(-1).broadcastTo(x.shape());
    }
}
