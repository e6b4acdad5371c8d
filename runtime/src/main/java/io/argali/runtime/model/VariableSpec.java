package io.argali.runtime.model;

import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.layer.normalization.SpectralNormalization;
import io.argali.runtime.tensor.TensorType;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A weight as its layer declared it.
 *
 * @param path the layer's path and the weight's name
 * @param name the weight's own name: {@code kernel}
 * @param trainable whether gradients may change it: it is no state, and neither its layer nor one around it is frozen
 * @param owners the layers from the model's outermost down to the one that declared it
 */
public record VariableSpec(
        String path,
        String name,
        TensorType type,
        boolean trainable,
        Kind kind,
        WeightOptions options,
        List<Owner> owners) {
    /** What training does with a weight, and where it is stored. */
    public enum Kind {
        /** Changed by an optimizer, if it is trainable. */
        WEIGHT,
        /** Never changed; stored in its turn among the weights. */
        FROZEN,
        /** Changed by other means than gradients; stored after the weights. */
        STATE,
        /** Replaced by what stands in the place of its gradient; stored after the weights. */
        OVERWRITTEN
    }

    /** Whether an optimizer changes it. */
    public boolean isOptimized() {
        return trainable && kind == Kind.WEIGHT;
    }

    /** Whether a step of training replaces it by its gradient. */
    public boolean isOverwritten() {
        return trainable && kind == Kind.OVERWRITTEN;
    }

    /**
     * A layer on the way to a weight.
     *
     * @param attribute the name under which the layer around it holds it
     * @param instance its configuration, if it has one of its own
     */
    public record Owner(
            String attribute, Layer layer, @Nullable Instance instance) {
        /** What Keras calls the layers that attention layers make. */
        private static final Map<String, String> PARTS = Map.of(
                "query_dense", "query",
                "key_dense", "key",
                "value_dense", "value",
                "output_dense", "attention_output",
                "gate_dense", "gate");

        /** Whether the layer has a configuration of its own, and was not made by the one around it. */
        public boolean isConfigured() {
            return instance != null && !(attribute.equals(instance.name()) && part() != null);
        }

        /** What Keras calls the layer; one that another layer made, by its part or its class. */
        public String kerasName() {
            String part = part();
            if (part != null && !isConfigured()) return part;
            if (instance != null) return instance.name();
            return attribute.equals("cell")
                    ? Sequential.snakeCase(layer.getClass().getSimpleName())
                    : attribute;
        }

        private @Nullable String part() {
            return PARTS.get(attribute.startsWith("_") ? attribute.substring(1) : attribute);
        }
    }

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
