package io.argali.runtime.model;

import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.layer.normalization.SpectralNormalization;
import io.argali.runtime.tensor.TensorType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A weight as its layer declared it.
 *
 * @param path the layer's path and the weight's name
 * @param name the weight's own name: {@code kernel}
 * @param trainable whether gradients may change it: it is no state, and neither its layer nor one around it is frozen
 * @param state whether it was declared as state: stored after the layer's other weights
 * @param owners the layers from the model's outermost down to the one that declared it
 */
public record VariableSpec(
        String path,
        String name,
        TensorType type,
        boolean trainable,
        boolean state,
        WeightOptions options,
        List<Owner> owners) {
    /**
     * A layer on the way to a weight.
     *
     * @param attribute the name under which the layer around it holds it
     * @param instance its configuration, if it has one of its own
     */
    public record Owner(
            String attribute, Layer layer, @Nullable Instance instance) {}

    /** By the path alone: the owners reach the whole model. */
    @Override
    public int hashCode() {
        return path.hashCode();
    }

    /** The path of the layer that declared the weight. */
    public String layerPath() {
        return path.equals(name) ? "" : path.substring(0, path.length() - name.length() - 1);
    }

    /** Whether this is the weight of an inner layer once more, which {@code .weights.h5} files store twice. */
    public boolean isCopy() {
        return original() != null;
    }

    /** The path of the weight that this one is once more; null if it is none. */
    public @Nullable String original() {
        return owners.getLast().layer() instanceof SpectralNormalization s && name.equals("kernel")
                ? layerPath() + "/layer/" + s.weight()
                : null;
    }
}
