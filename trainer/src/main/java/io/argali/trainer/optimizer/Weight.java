package io.argali.trainer.optimizer;

import io.argali.runtime.layer.Constraint;
import io.argali.runtime.model.VariableSpec;
import io.argali.runtime.tensor.TensorType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A weight to be trained.
 *
 * @param path Keras' {@code variable.path}, by which optimizers may treat weights differently: {@code dense/kernel}
 * @param constraint what it is brought back to after each step
 */
public record Weight(String path, TensorType type, @Nullable Constraint constraint) {
    /**
     * The weight that a layer declared, with the path that it has in Keras after loading: from the innermost layer on that has a configuration of its own,
     * because Keras builds each of those by itself.
     */
    public static Weight of(VariableSpec spec) {
        List<VariableSpec.Owner> owners = spec.owners();
        int first = 0;
        for (int i = 0; i < owners.size(); i++) if (owners.get(i).isConfigured()) first = i;
        StringBuilder path = new StringBuilder();
        for (VariableSpec.Owner o : owners.subList(first, owners.size()))
            path.append(o.kerasName()).append('/');
        return new Weight(path + spec.name(), spec.type(), spec.options().constraint());
    }

    /** The last part of the path: {@code kernel}. */
    String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
