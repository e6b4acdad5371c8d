package io.argali.trainer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The loss and metrics of each epoch, those of validation beginning with {@code val_}. */
public final class History {
    private final Map<String, List<Double>> values = new LinkedHashMap<>();

    void add(Map<String, Double> logs) {
        logs.forEach((name, v) ->
                values.computeIfAbsent(name, n -> new ArrayList<>()).add(v));
    }

    /** The figures of all epochs by name. */
    public Map<String, List<Double>> values() {
        return Collections.unmodifiableMap(values);
    }

    /** The figures of one name, an epoch each. */
    public List<Double> get(String name) {
        return Collections.unmodifiableList(values.getOrDefault(name, List.of()));
    }
}
