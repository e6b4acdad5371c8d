package io.argali.converters.keras;

import io.argali.converters.UnsupportedModelException;
import io.argali.runtime.layer.Names;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Tensor;
import io.argali.trainer.compile.CompiledLoss;
import io.argali.trainer.compile.CompiledMetrics;
import io.argali.trainer.loss.Loss;
import io.argali.trainer.loss.SampleFunction;
import io.argali.trainer.metric.MeanMetric;
import io.argali.trainer.metric.MeanMetricWrapper;
import io.argali.trainer.metric.Metric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The losses and metrics of a compile configuration: each a {@link Loss} or {@link Metric}, or lists and maps of them as they were given to
 * {@code compile}; null for none.
 */
public record CompileConfig(
        @Nullable Object loss,
        @Nullable Object lossWeights,
        @Nullable Object metrics,
        @Nullable Object weightedMetrics) {
    /**
     * Reads a compile configuration.
     *
     * @param file for messages
     * @throws UnsupportedModelException if losses or metrics are not in the catalogues; the message names them all
     */
    public static CompileConfig read(String file, Map<String, ?> config, LossCatalog losses, MetricCatalog metrics) {
        Reader r = new Reader(file, losses, metrics);
        CompileConfig c = new CompileConfig(
                r.tree("loss", config.get("loss"), r::loss),
                r.tree("loss_weights", config.get("loss_weights"), (where, json) -> json),
                r.tree("metrics", config.get("metrics"), r::metric),
                r.tree("weighted_metrics", config.get("weighted_metrics"), r::metric));
        if (!r.unsupported.isEmpty()) {
            throw UnsupportedModelException.of(
                    file,
                    r.unsupported,
                    "Give your own to compile, or add a row to the catalogue: LossCatalog.plus, MetricCatalog.plus.");
        }
        return c;
    }

    /** As {@link #read(String, Map, LossCatalog, MetricCatalog)}, of Keras' own losses and metrics. */
    public static CompileConfig read(String file, Map<String, ?> config) {
        return read(file, config, LossCatalog.standard(), MetricCatalog.standard());
    }

    /** The losses of a model with outputs of these names. */
    public CompiledLoss loss(List<String> outputNames) {
        return CompiledLoss.of(loss, lossWeights, outputNames);
    }

    /** The metrics of a model with outputs of these names. */
    public CompiledMetrics metrics(List<String> outputNames) {
        return CompiledMetrics.of(metrics, weightedMetrics, outputNames);
    }

    /** The record with another name. */
    static <T> T named(T prototype, String name) {
        return CODEC.decode(name, prototype, Map.of("name", name)).value();
    }

    private static final ConfigCodec CODEC = new ConfigCodec(new ConfigCodec.Nested() {});

    private interface Leaf {
        @Nullable
        Object read(String where, Object json);
    }

    private static final class Reader {
        private final String file;
        private final LossCatalog losses;
        private final MetricCatalog metrics;
        private final Values values;
        private final List<String> unsupported = new ArrayList<>();

        Reader(String file, LossCatalog losses, MetricCatalog metrics) {
            this.file = file;
            this.losses = losses;
            this.metrics = metrics;
            this.values = new Values(file);
        }

        @Nullable
        Object tree(String where, @Nullable Object json, Leaf leaf) {
            return switch (json) {
                case null -> null;
                case Map<?, ?> m
                when "__tuple__".equals(m.get("class_name")) -> tree(where, values.argument(where, m), leaf);
                case Map<?, ?> m
                when !KerasObject.isObject(m) -> {
                    Map<String, @Nullable Object> r = new LinkedHashMap<>();
                    m.forEach((k, v) -> r.put(String.valueOf(k), tree(where, v, leaf)));
                    yield r;
                }
                case List<?> l -> {
                    List<@Nullable Object> r = new ArrayList<>();
                    for (Object e : l) r.add(tree(where, e, leaf));
                    yield r;
                }
                default -> leaf.read(where, json);
            };
        }

        private static @Nullable String functionName(@Nullable Object json) {
            if (json instanceof String s) return s;
            return json instanceof Map<?, ?> m
                            && "function".equals(m.get("class_name"))
                            && m.get("config") instanceof String s
                    ? s
                    : null;
        }

        private @Nullable Loss loss(String where, Object json) {
            String name = functionName(json);
            if (name != null) return known(losses.find(name), where, name);
            KerasObject o = KerasObject.of(file + ": " + where, json);
            Map<String, @Nullable Object> config = plain(where, o);
            if (o.className().equals("LossFunctionWrapper")) {
                String function = functionName(config.remove("fn"));
                LossCatalog.Row row = function == null ? null : losses.ofFunction(function);
                if (row == null) return known(null, where, function == null ? o.className() : function);
                config.putIfAbsent("name", function);
                return CODEC.decode(file + ": " + where, row.defaults(), config).value();
            }
            LossCatalog.Row row = losses.ofClass(custom(o));
            return row == null
                    ? known(null, where, custom(o))
                    : CODEC.decode(file + ": " + where, row.defaults(), config).value();
        }

        private @Nullable Metric metric(String where, Object json) {
            if (json instanceof String s) {
                Metric found = metrics.find(s);
                return found != null ? found : function(where, s, s, Map.of());
            }
            String name = functionName(json);
            if (name != null) return function(where, name, Names.snakeCase(name), Map.of());
            KerasObject o = KerasObject.of(file + ": " + where, json);
            Map<String, @Nullable Object> config = plain(where, o);
            if (o.className().equals("MeanMetricWrapper")) {
                String function = functionName(config.remove("fn"));
                if (function == null) return known(null, where, o.className());
                String own = config.remove("name") instanceof String s ? s : Names.snakeCase(function);
                return function(where, function, own, config);
            }
            MetricCatalog.Row row = metrics.ofClass(custom(o));
            return row == null
                    ? known(null, where, custom(o))
                    : CODEC.decode(file + ": " + where, row.defaults(), config).value();
        }

        /** The mean of a function. Keras looks among losses first. */
        private @Nullable Metric function(
                String where, String function, String name, Map<String, @Nullable Object> config) {
            LossCatalog.Row loss = losses.ofFunction(function);
            MetricCatalog.Row metric = metrics.ofFunction(function);
            Object prototype = loss != null ? loss.defaults() : metric != null ? metric.defaults() : null;
            if (!(prototype instanceof Loss || prototype instanceof MeanMetric)) return known(null, where, function);
            Map<String, @Nullable Object> own = new LinkedHashMap<>(config);
            Object dtype = own.remove("dtype");
            Object fn = CODEC.decode(file + ": " + where, prototype, own).value();
            return new MeanMetricWrapper(
                    (SampleFunction) fn, name, dtype instanceof String s ? DType.of(s) : DType.FLOAT32);
        }

        private static String custom(KerasObject o) {
            String custom = o.customName();
            return custom == null ? o.className() : custom;
        }

        private <T> @Nullable T known(@Nullable T found, String where, String name) {
            if (found == null) unsupported.add(where + " \"" + name + "\"");
            return found;
        }

        /** A configuration with plain values: numbers for tensors, names for types. */
        private Map<String, @Nullable Object> plain(String where, KerasObject o) {
            Map<String, @Nullable Object> r = new LinkedHashMap<>();
            o.config().forEach((key, json) -> {
                Object v = key.equals("fn") ? json : values.argument(where, json);
                if (v instanceof Tensor t)
                    v = Arrays.stream(t.toDoubleArray()).boxed().toList();
                if (key.equals("reduction") || key.equals("class_aggregation")) v = reduction(v);
                if (v != null || !key.equals("name") && !key.equals("dtype")) r.put(key, v);
            });
            return r;
        }

        private static Object reduction(@Nullable Object json) {
            if (json == null) return "none";
            return json.equals("auto") ? "sum_over_batch_size" : json; // Keras 2's
        }
    }
}
