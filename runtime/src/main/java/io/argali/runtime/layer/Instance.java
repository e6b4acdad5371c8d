package io.argali.runtime.layer;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A layer with its place in a model: what every Keras layer has beside its own configuration.
 *
 * @param trainable whether its weights change in training; an outer layer that is not trainable freezes its inner ones
 * @param activityRegularizer a penalty on the outputs in training
 * @param kept configuration keys that came with a file and mean nothing here; written back on export
 */
public record Instance(
        String name,
        Layer layer,
        boolean trainable,
        DTypePolicy dtype,
        @Nullable Regularizer activityRegularizer,
        Map<String, Object> kept) {
    public Instance {
        kept = Collections.unmodifiableMap(new LinkedHashMap<>(kept));
    }

    public static Instance of(String name, Layer layer) {
        return new Instance(name, layer, true, DTypePolicy.FLOAT32, null, Map.of());
    }

    public Instance withTrainable(boolean trainable) {
        return new Instance(name, layer, trainable, dtype, activityRegularizer, kept);
    }

    public Instance withLayer(Layer layer) {
        return new Instance(name, layer, trainable, dtype, activityRegularizer, kept);
    }
}
