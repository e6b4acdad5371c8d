package io.argali.converters;

import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.preprocessing.VocabularyLayer;
import io.argali.runtime.model.Composite;
import io.argali.runtime.model.Model;
import io.argali.runtime.model.SavedTraining;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a conversion did.
 *
 * @param layers how many layers were written, nested ones included
 * @param weights how many numbers the weights are
 * @param optimizer the optimizer whose state went along; empty for none
 * @param lost what the format has no place for
 */
public record Conversion(int layers, long weights, String optimizer, List<String> lost) {
    /** What saving a model there does. */
    public static Conversion of(Model model, Path target) {
        return of(model, target, List.of());
    }

    static Conversion of(Model model, Path target, List<String> alsoLost) {
        String name = String.valueOf(target.getFileName());
        boolean weightsOnly = name.endsWith(".weights.h5") || name.endsWith(".weights.json");
        boolean legacy = !weightsOnly && (name.endsWith(".h5") || name.endsWith(".hdf5"));
        SavedTraining training = model.savedTraining();
        List<String> lost = new ArrayList<>(alsoLost);
        lost.addAll(training.lost());
        if (name.endsWith(".onnx") || name.endsWith(".savedmodel")) {
            lost.add("the layers' configuration");
            if (!training.compileConfig().isEmpty()) lost.add("how it was compiled");
            return new Conversion(count(model.root()), weights(model), "", lost);
        }
        if (weightsOnly) lost.add("the architecture");
        if (weightsOnly && !training.compileConfig().isEmpty()) lost.add("how it was compiled");
        addLost(model.root(), weightsOnly, legacy, lost);
        return new Conversion(
                count(model.root()),
                weights(model),
                training.optimizerVariables().isEmpty() ? "" : optimizer(training),
                lost);
    }

    private static void addLost(Instance layer, boolean weightsOnly, boolean legacy, List<String> lost) {
        if (layer.layer() instanceof VocabularyLayer v && v.vocabulary() != null && weightsOnly) {
            lost.add("the vocabulary of layer \"" + layer.name() + "\"");
        }
        if (layer.layer() instanceof Composite c) c.layers().forEach(l -> addLost(l, weightsOnly, legacy, lost));
    }

    private static long weights(Model model) {
        return model.weights().asMap().values().stream()
                .mapToLong(t -> t.shape().size())
                .sum();
    }

    private static int count(Instance layer) {
        return layer.layer() instanceof Composite c
                ? c.layers().stream().mapToInt(Conversion::count).sum()
                : 1;
    }

    private static String optimizer(SavedTraining training) {
        for (String key : List.of("optimizer", "optimizer_config")) {
            if (training.compileConfig().get(key) instanceof Map<?, ?> m) return String.valueOf(m.get("class_name"));
        }
        return "its optimizer";
    }

    /** One line: what was written, and what was left out. */
    @Override
    public String toString() {
        String state = optimizer.isEmpty() ? "" : ", the state of " + optimizer;
        String left = lost.isEmpty() ? "" : "; not carried over: " + String.join(", ", lost);
        return "%d layers, %,d weights%s%s".formatted(layers, weights, state, left);
    }
}
