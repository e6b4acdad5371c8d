package io.argali.testdata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.argali.converters.Models;
import io.argali.converters.TrainingData;
import io.argali.converters.Trainings;
import io.argali.converters.keras.Tensors;
import io.argali.loader.ArrayData;
import io.argali.loader.json.Json;
import io.argali.loader.npy.Npz;
import io.argali.runtime.model.Edits;
import io.argali.runtime.model.Model;
import io.argali.runtime.model.VariableOrder;
import io.argali.runtime.model.VariableSpec;
import io.argali.runtime.plan.Backend;
import io.argali.runtime.tensor.Tensor;
import io.argali.trainer.FitOptions;
import io.argali.trainer.History;
import io.argali.trainer.Trainer;
import io.argali.trainer.data.ArrayDataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A training that Keras began and went on with; see testdata/golden-training/README.md. */
public final class TrainingRun {
    /** A few dozen float32 steps, each summed in another order than TensorFlow's. */
    private static final double FIGURES = 1e-4;
    /** Half precisions round after every operation, in whichever order they come. */
    private static final double HALF_FIGURES = 1e-2;
    /** Adam divides by the root of a running mean of squares: where a gradient is near zero, its rounding moves the weight by a part of the rate. */
    private static final double WEIGHTS_RELATIVE = 1e-3;

    private static final double WEIGHTS_ABSOLUTE = 1e-4;
    private static final double HALF_WEIGHTS = 2e-2;

    private TrainingRun() {}

    /** All there are. */
    public static List<Path> folders() {
        return OptimizerTest.folders("runs");
    }

    /** On a backend, it goes on as Keras goes on: the same figures each epoch, the same weights at the end. */
    public static void check(Path folder, Backend backend) throws IOException {
        Map<String, Object> fit = object(Json.parse("fit.json", Files.readString(folder.resolve("fit.json"))));
        Model model = adapted(Models.load(model(folder)), fit.get("lora"), folder.resolve("adapters.npz"));
        Trainer trainer =
                Trainings.trainer(model, folder.getFileName().toString(), 0).on(backend);
        int batchSize = number(fit, "batch_size", 32);
        FitOptions options =
                FitOptions.epochs(number(fit, "epochs", 1)).validatedEvery(number(fit, "validation_freq", 1));
        Path held = folder.resolve("validation_data.npz");
        if (Files.exists(held))
            options = options.validatedOn(new ArrayDataset(TrainingData.read(held, model), batchSize, null));
        if (fit.get("class_weight") != null) {
            Map<Integer, Double> weights = new LinkedHashMap<>();
            object(fit.get("class_weight"))
                    .forEach((k, v) -> weights.put(Integer.valueOf(k), ((Number) v).doubleValue()));
            options = options.weighted(weights);
        }
        History history = trainer.fit(
                new ArrayDataset(TrainingData.read(folder.resolve("data.npz"), model), batchSize, null), options);

        boolean half = folder.getFileName().toString().startsWith("mixed_");
        List<String> differences = new ArrayList<>();
        figures(object(fit.get("history")), history, half ? HALF_FIGURES : FIGURES, differences);
        weights(Npz.read(folder.resolve("weights.npz")), Edits.withMergedLora(trainer.model()), half, differences);
        assertTrue(
                differences.isEmpty(),
                () -> differences.size() + " differences:\n"
                        + String.join("\n", differences.subList(0, Math.min(12, differences.size()))));
    }

    private static Path model(Path folder) {
        return Stream.of("model.keras", "model.h5", "model")
                .map(folder::resolve)
                .filter(Files::exists)
                .findFirst()
                .orElseThrow();
    }

    /** The model with adapters that begin as Keras' began. */
    private static Model adapted(Model model, @Nullable Object lora, Path adapters) {
        if (lora == null) return model;
        Model m = model;
        for (Map.Entry<String, Object> e : object(lora).entrySet()) {
            Map<String, Object> o = object(e.getValue());
            m = Edits.enableLora(m, e.getKey(), number(o, "rank", 0), number(o, "alpha", 0), 1);
        }
        Map<String, Tensor> a = new LinkedHashMap<>();
        Npz.read(adapters).forEach((path, array) -> a.put(path, Tensors.of(path, array)));
        return m.withWeights(m.weights().with(a));
    }

    private static void figures(
            Map<String, Object> expected, History history, double tolerance, List<String> differences) {
        assertEquals(expected.keySet(), history.values().keySet(), "figures");
        expected.forEach((name, list) -> {
            List<Double> got = history.get(name);
            List<?> want = (List<?>) list;
            if (got.size() != want.size())
                differences.add(name + ": " + got.size() + " epochs, expected " + want.size());
            for (int i = 0; i < Math.min(got.size(), want.size()); i++) {
                double w = ((Number) want.get(i)).doubleValue(), g = got.get(i);
                if (!(Math.abs(g - w) <= tolerance * Math.max(1e-2, Math.abs(w))))
                    differences.add(name + " of epoch " + i + ": " + g + ", expected " + w);
            }
        });
    }

    private static void weights(
            Map<String, ArrayData> expected, Model trained, boolean half, List<String> differences) {
        List<VariableSpec> specs =
                VariableOrder.of(Model.declare(trained.root()).variables().values());
        assertEquals(
                expected.size(),
                specs.size(),
                () -> expected.keySet() + " are not "
                        + specs.stream().map(VariableSpec::path).toList());
        int i = 0;
        for (Map.Entry<String, ArrayData> e : expected.entrySet()) {
            VariableSpec spec = specs.get(i++);
            double[] want = Tensors.of(e.getKey(), e.getValue()).toDoubleArray(),
                    got = trained.weights().get(spec.path()).toDoubleArray();
            double worst = 0;
            for (int k = 0; k < want.length; k++) {
                double allowed = (half ? HALF_WEIGHTS : WEIGHTS_ABSOLUTE)
                        + (half ? HALF_WEIGHTS : WEIGHTS_RELATIVE) * Math.abs(want[k]);
                double d = Math.abs(got[k] - want[k]) / allowed;
                worst = Double.isNaN(d) ? Double.POSITIVE_INFINITY : Math.max(worst, d);
            }
            if (worst > 1) differences.add(e.getKey() + ": off by " + worst + " tolerances");
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Object json) {
        return (Map<String, Object>) Objects.requireNonNull(json);
    }

    private static int number(Map<String, Object> json, String key, int otherwise) {
        return json.get(key) instanceof Number n ? n.intValue() : otherwise;
    }
}
