package io.argali.trainer.compile;

import io.argali.runtime.op.Node;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import io.argali.trainer.metric.Metric;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The metrics of a model's outputs, with the names that histories have for them (keras/src/trainers/compile_utils.py). The state is that of all
 * metrics, one after the other.
 *
 * @param metrics those without sample weights first, then those with; each in the order of the outputs
 */
public record CompiledMetrics(List<Entry> metrics) {
    public static final CompiledMetrics NONE = new CompiledMetrics(List.of());

    /**
     * A metric of one output.
     *
     * @param output the output's place
     * @param name the name in histories
     * @param weighted whether it sees sample weights
     */
    public record Entry(int output, String name, Metric metric, boolean weighted) {}

    public CompiledMetrics {
        metrics = List.copyOf(metrics);
    }

    /**
     * Sorts metrics to outputs.
     *
     * @param metrics of one output: any list or map of metrics. Of several: a list with a {@link Metric}, a list of them or null for each, or a
     *     map by the names of outputs. Null for none
     * @param weightedMetrics the same, for those that see sample weights
     */
    public static CompiledMetrics of(
            @Nullable Object metrics, @Nullable Object weightedMetrics, List<String> outputNames) {
        List<Entry> all = new ArrayList<>();
        Map<String, Integer> seen = new HashMap<>();
        add("metrics", metrics, outputNames, false, seen, all);
        add("weighted_metrics", weightedMetrics, outputNames, true, seen, all);
        return new CompiledMetrics(all);
    }

    private static void add(
            String argument,
            @Nullable Object given,
            List<String> outputs,
            boolean weighted,
            Map<String, Integer> seen,
            List<Entry> all) {
        if (given == null || given instanceof List<?> l && l.isEmpty() || given instanceof Map<?, ?> m && m.isEmpty())
            return;
        List<@Nullable Object> byOutput = new ArrayList<>();
        if (outputs.size() == 1) byOutput.add(given);
        else byOutput.addAll(ByOutput.list(argument, given, outputs));
        for (int i = 0; i < byOutput.size(); i++) {
            String prefix = outputs.size() == 1 ? "" : outputs.get(i) + "_";
            for (Metric m : flat(argument, byOutput.get(i)))
                all.add(new Entry(i, name(prefix, m.name(), weighted, seen), m, weighted));
        }
    }

    private static List<Metric> flat(String argument, @Nullable Object given) {
        return switch (given) {
            case null -> List.of();
            case Metric m -> List.of(m);
            case List<?> l ->
                l.stream().flatMap(e -> flat(argument, e).stream()).toList();
            case Map<?, ?> m ->
                m.values().stream().flatMap(e -> flat(argument, e).stream()).toList();
            default -> throw new IllegalArgumentException("expected a metric in " + argument + ", got " + given);
        };
    }

    /** Keras' name for the second of a name: numbered, or {@code weighted_} if it is. */
    private static String name(String prefix, String own, boolean weighted, Map<String, Integer> seen) {
        String name = prefix + own;
        if (seen.putIfAbsent(name, 1) == null) return name;
        if (weighted) {
            name = prefix + "weighted_" + own;
            if (seen.putIfAbsent(name, 1) == null) return name;
        }
        return name + "_" + (seen.merge(name, 1, Integer::sum) - 1);
    }

    /** The state at the beginning of an epoch, given labels and outputs of a batch; labels may be null where an output has no metric. */
    public List<Tensor> initialState(List<? extends @Nullable Value> yTrue, List<Value> yPred) {
        List<Tensor> state = new ArrayList<>();
        for (Entry e : metrics)
            state.addAll(
                    initialState(e, labels(e, yTrue).type(), yPred.get(e.output).type()));
        return state;
    }

    private static List<Tensor> initialState(Entry e, TensorType yTrue, TensorType yPred) {
        return ScopedValue.where(Node.ORIGIN, e.name)
                .call(() -> e.metric.resolve(yTrue, yPred).initialState(yTrue, yPred));
    }

    private static Value labels(Entry e, List<? extends @Nullable Value> yTrue) {
        Value labels = yTrue.get(e.output);
        if (labels == null)
            throw new IllegalArgumentException(
                    "metric \"" + e.name + "\" needs labels, but none were given for its output");
        return labels;
    }

    /**
     * The state after a batch.
     *
     * @param yTrue labels for each output; null where an output has no metric
     * @param yPred the outputs
     * @param sampleWeights for each output, or null
     * @param masks the masks that the outputs carry, or null
     */
    public List<Value> update(
            List<Value> state,
            List<? extends @Nullable Value> yTrue,
            List<Value> yPred,
            List<? extends @Nullable Value> sampleWeights,
            List<? extends @Nullable Value> masks) {
        List<Value> r = new ArrayList<>();
        for (Entry e : metrics) {
            Value labels = labels(e, yTrue), outputs = yPred.get(e.output);
            Metric m = e.metric.resolve(labels.type(), outputs.type());
            List<Value> own = state.subList(
                    r.size(),
                    r.size() + initialState(e, labels.type(), outputs.type()).size());
            Value weight = e.weighted ? sampleWeights.get(e.output) : null;
            r.addAll(ScopedValue.where(Node.ORIGIN, e.name)
                    .call(() -> m.update(own, labels, outputs, weight, masks.get(e.output))));
        }
        return r;
    }

    /** The figures by name, from a state of {@link #initialState}'s shape. */
    public Map<String, Value> results(List<Value> state) {
        Map<String, Value> r = new LinkedHashMap<>();
        int at = 0;
        for (Entry e : metrics) {
            int n = e.metric.stateSize();
            List<Value> own = state.subList(at, at + n);
            r.put(e.name, ScopedValue.where(Node.ORIGIN, e.name).call(() -> e.metric.result(own)));
            at += n;
        }
        return r;
    }
}
