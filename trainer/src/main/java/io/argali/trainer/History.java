package io.argali.trainer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The loss and metrics of each epoch, those of validation beginning with {@code val_}. */
public final class History {
    private final Map<String, List<Double>> values = new LinkedHashMap<>();
    private final Map<String, List<double[]>> vectors = new LinkedHashMap<>();

    void add(Map<String, Double> logs, Map<String, double[]> several) {
        logs.forEach((name, v) ->
                values.computeIfAbsent(name, n -> new ArrayList<>()).add(v));
        several.forEach((name, v) ->
                vectors.computeIfAbsent(name, n -> new ArrayList<>()).add(v));
    }

    /** The numbers of each epoch of a metric that has several, such as one for each threshold or class; empty for other metrics. */
    public List<double[]> vectors(String name) {
        return Collections.unmodifiableList(vectors.getOrDefault(name, List.of()));
    }

    /** The figures of all epochs by name; of a metric with several numbers their mean, which is what callbacks and progress bars see. */
    public Map<String, List<Double>> values() {
        return Collections.unmodifiableMap(values);
    }

    /** The figures of one name, an epoch each. */
    public List<Double> get(String name) {
        return Collections.unmodifiableList(values.getOrDefault(name, List.of()));
    }
}
