package io.argali.runtime.layer;

import io.argali.runtime.op.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Anything that can be called on values. A layer is a record whose header is its Keras configuration; what it computes it says by tracing
 * operations, at known shapes. Nothing else is needed: shapes come from the operations, weights are declared where they are used, and
 * gradients, export and other backends start from the operations.
 */
public interface Layer {
    /**
     * Traces the layer.
     *
     * @param inputs the first argument of the call, flattened: one value, or several in Keras' order
     * @return the results, flattened in Keras' order
     * @throws io.argali.runtime.tensor.ShapeException if the inputs do not fit
     */
    List<Value> call(Scope scope, List<Value> inputs);

    /**
     * The names of Keras' {@code call} parameters, in order, without {@code training}. What a caller gives for all but the first is
     * found in {@link Scope#argument}. A parameter {@code mask} (or {@code query_mask} …) is filled in by the mask that a value carries.
     */
    default List<String> parameters() {
        return List.of("inputs");
    }

    /** Whether masks of the inputs reach the outputs at all; Keras' {@code supports_masking}. */
    default boolean supportsMasking() {
        return false;
    }

    /**
     * The masks of the outputs of a layer that supports masking; by default, those of the inputs.
     *
     * @param masks one for each input; null for none
     */
    default List<@Nullable Value> computeMask(Scope scope, List<Value> inputs, List<@Nullable Value> masks) {
        return masks;
    }

    /** The penalty on its outputs that is a layer's whole purpose; null for none. */
    default @Nullable Regularizer activityRegularizer() {
        return null;
    }

    /** Whether, in training, a row of the output depends on other rows of the batch than its own, as with the batch's statistics. */
    default boolean mixesRows() {
        return false;
    }

    /** Whether floating inputs are cast to the layer's compute type. */
    default boolean autocast() {
        return true;
    }
}
