package io.argali.converters.keras;

import io.argali.loader.hdf5.Dataset;
import io.argali.runtime.model.SavedTraining;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The compile configuration and the optimizer's variables of a Keras 3 file. */
final class OptimizerState {
    private static final String VARIABLES = "/optimizer/vars/";
    /** How many variables a LossScaleOptimizer has before those of its inner one: iteration, learning rate, step counter, scale. */
    private static final int OF_LOSS_SCALE = 4;

    private OptimizerState() {}

    @SuppressWarnings("unchecked")
    static SavedTraining read(@Nullable Object config, Map<String, Dataset> datasets) {
        Map<String, Object> compile = config instanceof Map<?, ?> m && m.get("compile_config") instanceof Map<?, ?> c
                ? (Map<String, Object>) c
                : Map.of();
        List<Tensor> variables = new ArrayList<>();
        datasets.forEach((path, d) -> {
            if (path.startsWith(VARIABLES)) variables.add(Tensors.lazy(path, d.data(), Tensors.dtype(path, d.type())));
        });
        return new SavedTraining(compile, variables);
    }

    /** The groups of a weight file that hold the state. */
    static List<WeightFile.WeightGroup> groups(SavedTraining training) {
        List<Tensor> variables = training.optimizerVariables();
        if (variables.isEmpty()) return List.of();
        Map<?, ?> optimizer = map(CompileForms.keras3(training.compileConfig()).get("optimizer"));
        List<WeightFile.WeightGroup> groups = new ArrayList<>();
        groups.add(group("optimizer", optimizer, variables));
        Object inner = map(optimizer.get("config")).get("inner_optimizer");
        if ("LossScaleOptimizer".equals(optimizer.get("class_name")) && variables.size() > OF_LOSS_SCALE) {
            // Its state is its own variables and the inner optimizer's, which Keras writes once more under its own
            // path.
            groups.add(
                    group("optimizer/inner_optimizer", map(inner), variables.subList(OF_LOSS_SCALE, variables.size())));
        }
        return groups;
    }

    private static WeightFile.WeightGroup group(String path, Map<?, ?> optimizer, List<Tensor> variables) {
        Map<String, Tensor> arrays = new LinkedHashMap<>();
        for (int i = 0; i < variables.size(); i++) arrays.put(Integer.toString(i), variables.get(i));
        Object name = map(optimizer.get("config")).get("name");
        return new WeightFile.WeightGroup(path, name instanceof String s ? s : null, arrays);
    }

    private static Map<?, ?> map(@Nullable Object json) {
        return json instanceof Map<?, ?> m ? m : Map.of();
    }
}
