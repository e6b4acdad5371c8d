package io.argali.converters;

import io.argali.converters.keras.Tensors;
import io.argali.loader.ArrayData;
import io.argali.loader.csv.Csv;
import io.argali.loader.npy.Npz;
import io.argali.runtime.model.InputSpec;
import io.argali.runtime.model.Model;
import io.argali.runtime.tensor.Tensor;
import io.argali.trainer.data.Batch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Samples in an {@code .npz}: {@code x}, or {@code x_<input>} for each input; {@code y}, or {@code y_<output>} for each output; and, if some count more
 * than others, {@code sample_weight}, or {@code sample_weight_<output>}. In a {@code .csv}, labels and weights are the columns of these names (several
 * numbers each: {@code y_0}, {@code y_1} …), and all other columns are features, as for predictions.
 */
public final class TrainingData {
    private TrainingData() {}

    /**
     * All samples as one batch.
     *
     * @throws IllegalArgumentException if arrays are missing, or there are some that the model has no use for
     */
    public static Batch read(Path file, Model model) {
        boolean table = file.toString().endsWith(".csv");
        return of(file.toString(), table ? arrays(file.toString(), Csv.read(file), model) : Npz.read(file), model);
    }

    /** The arrays in a table: what belongs to no label and no weight is a feature. */
    private static Map<String, ArrayData> arrays(String where, Map<String, ArrayData> columns, Model model) {
        Map<String, ArrayData> features = new LinkedHashMap<>(columns), arrays = new LinkedHashMap<>();
        List<String> kinds = new ArrayList<>();
        for (String kind : List.of("y", "sample_weight")) {
            for (String output : model.outputNames()) kinds.add(kind + "_" + output);
            kinds.add(kind);
        }
        for (String kind : kinds) {
            Pattern own = Pattern.compile(Pattern.quote(kind) + "([_.]\\d+)?");
            Map<String, ArrayData> parts = new LinkedHashMap<>();
            for (String name : List.copyOf(features.keySet()))
                if (own.matcher(name).matches()) parts.put(name, Objects.requireNonNull(features.remove(name)));
            if (parts.isEmpty()) continue;
            boolean weights = kind.startsWith("sample_weight");
            arrays.put(kind, weights ? parts.values().iterator().next() : Columns.numbers(where, parts));
        }
        Columns.toInputs(where, features, model.inputs()).forEach((name, a) -> arrays.put("x_" + name, a));
        return arrays;
    }

    /**
     * All samples as one batch, from arrays by name.
     *
     * @param where for messages
     */
    public static Batch of(String where, Map<String, ArrayData> arrays, Model model) {
        Set<String> used = new HashSet<>();
        List<String> inputs = model.inputs().stream().map(InputSpec::name).toList();
        List<Tensor> x = all(where, arrays, "x", "input", inputs, used);
        List<Tensor> y = all(where, arrays, "y", "output", model.outputNames(), used);
        List<@Nullable Tensor> weights = new ArrayList<>();
        for (String output : model.outputNames()) weights.add(find(where, arrays, "sample_weight", output, used));
        if (weights.stream().allMatch(Objects::isNull)) weights.clear();
        for (String name : arrays.keySet()) {
            if (!used.contains(name)) {
                throw new IllegalArgumentException(where + ": what is \"" + name + "\"? The model has inputs " + inputs
                        + " and outputs " + model.outputNames()
                        + "; expected x or x_<input>, y or y_<output>, sample_weight or sample_weight_<output>");
            }
        }
        return Batch.of(x, y, weights);
    }

    private static List<Tensor> all(
            String where,
            Map<String, ArrayData> arrays,
            String prefix,
            String kind,
            List<String> names,
            Set<String> used) {
        List<Tensor> r = new ArrayList<>();
        for (String name : names) {
            boolean alone = names.size() == 1;
            Tensor t = find(where, arrays, prefix + "_" + name, null, used);
            if (t == null && alone) t = find(where, arrays, prefix, null, used);
            if (t == null) {
                String expected = alone ? "\"" + prefix + "\"" : "\"" + prefix + "_" + name + "\"";
                throw new IllegalArgumentException(where + ": expected an array " + expected + " for " + kind + " \""
                        + name + "\", got " + arrays.keySet());
            }
            r.add(t);
        }
        return r;
    }

    private static @Nullable Tensor find(
            String where, Map<String, ArrayData> arrays, String name, @Nullable String suffix, Set<String> used) {
        String key = suffix != null && arrays.containsKey(name + "_" + suffix) ? name + "_" + suffix : name;
        ArrayData a = arrays.get(key);
        if (a == null) return null;
        used.add(key);
        return Tensors.of(where + ": " + key, a);
    }
}
