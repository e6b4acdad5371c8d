package io.argali.converters.keras;

import io.argali.loader.hdf5.Dataset;
import io.argali.loader.hdf5.Group;
import io.argali.loader.hdf5.Node;
import io.argali.runtime.model.SavedTraining;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The compile configuration and the optimizer's variables of a Keras 3 file. */
final class OptimizerState {
    private static final String VARIABLES = "optimizer/vars";

    private OptimizerState() {}

    @SuppressWarnings("unchecked")
    static SavedTraining read(@Nullable Object config, Group weights) {
        Map<String, Object> compile =
                config instanceof Map<?, ?> m && m.get("compile_config") instanceof Map<?, ?> c ? (Map<String, Object>) c : Map.of();
        List<Tensor> variables = new ArrayList<>();
        Node node = weights.find(VARIABLES);
        if (node instanceof Group g) {
            for (String name : g.childrenInNaturalOrder()) {
                Dataset d = g.dataset(name);
                variables.add(Tensors.lazy(d.path(), d.data(), Tensors.dtype(d.path(), d.type())));
            }
        }
        return new SavedTraining(compile, variables);
    }
}
