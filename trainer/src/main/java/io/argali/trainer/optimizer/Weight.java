package io.argali.trainer.optimizer;

import io.argali.runtime.layer.Constraint;
import io.argali.runtime.layer.Instance;
import io.argali.runtime.model.Sequential;
import io.argali.runtime.model.VariableSpec;
import io.argali.runtime.tensor.TensorType;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A weight to be trained.
 *
 * @param path Keras' {@code variable.path}, by which optimizers may treat weights differently: {@code dense/kernel}
 * @param constraint what it is brought back to after each step
 */
public record Weight(String path, TensorType type, @Nullable Constraint constraint) {
    /** What Keras calls the layers that attention layers make. */
    private static final Map<String, String> PARTS = Map.of(
            "query_dense", "query",
            "key_dense", "key",
            "value_dense", "value",
            "output_dense", "attention_output",
            "gate_dense", "gate");

    /**
     * The weight that a layer declared, with the path that it has in Keras after loading: from the innermost layer on that has a configuration of its own,
     * because Keras builds each of those by itself.
     */
    public static Weight of(VariableSpec spec) {
        List<VariableSpec.Owner> owners = spec.owners();
        int first = 0;
        for (int i = 0; i < owners.size(); i++) if (isConfigured(owners.get(i))) first = i;
        StringBuilder path = new StringBuilder();
        for (VariableSpec.Owner o : owners.subList(first, owners.size()))
            path.append(name(o)).append('/');
        return new Weight(path + spec.name(), spec.type(), spec.options().constraint());
    }

    /** Whether the layer has a configuration of its own, and was not made by the one around it. */
    private static boolean isConfigured(VariableSpec.Owner o) {
        Instance i = o.instance();
        return i != null && !(o.attribute().equals(i.name()) && part(o) != null);
    }

    private static @Nullable String part(VariableSpec.Owner o) {
        return PARTS.get(o.attribute().startsWith("_") ? o.attribute().substring(1) : o.attribute());
    }

    /** What Keras calls a layer; one that another layer made, by its part or its class. */
    public static String name(VariableSpec.Owner o) {
        String part = part(o);
        if (part != null && !isConfigured(o)) return part;
        Instance i = o.instance();
        if (i != null) return i.name();
        return o.attribute().equals("cell")
                ? Sequential.snakeCase(o.layer().getClass().getSimpleName())
                : o.attribute();
    }

    /** The last part of the path: {@code kernel}. */
    String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
