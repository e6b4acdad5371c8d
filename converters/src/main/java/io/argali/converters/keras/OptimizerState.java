package io.argali.converters.keras;

import io.argali.loader.hdf5.Dataset;
import io.argali.runtime.model.SavedTraining;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The compile configuration and the optimizer's variables of a Keras 3 file. */
final class OptimizerState {
    private static final String VARIABLES = "/optimizer/vars/";

    private OptimizerState() {}

    @SuppressWarnings("unchecked")
    static SavedTraining read(@Nullable Object config, Map<String, Dataset> datasets) {
        Map<String, Object> compile =
                config instanceof Map<?, ?> m && m.get("compile_config") instanceof Map<?, ?> c ? (Map<String, Object>) c : Map.of();
        List<Tensor> variables = new ArrayList<>();
        datasets.forEach((path, d) -> {
            if (path.startsWith(VARIABLES)) variables.add(Tensors.lazy(path, d.data(), Tensors.dtype(path, d.type())));
        });
        return new SavedTraining(compile, variables);
    }
}
