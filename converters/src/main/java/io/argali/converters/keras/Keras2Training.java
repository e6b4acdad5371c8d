package io.argali.converters.keras;

import io.argali.converters.keras.Keras2Optimizer.NoWords;
import io.argali.runtime.model.Model;
import io.argali.runtime.model.SavedTraining;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How Keras 2 trained a model, in the words of Keras 3: losses and metrics, the optimizer ({@link Keras2Optimizer}) and its slots
 * ({@link Keras2State}). What has no words is noted: a metric is left out; without its loss or its optimizer, a model is not compiled.
 */
final class Keras2Training {
    private static final ConfigCodec CODEC = new ConfigCodec(new ConfigCodec.Nested() {});
    private static final String FUNCTION = "fn";
    private static final String NAME = "name";
    /** What they mean depends on the shapes that they see. */
    private static final Set<String> BY_SHAPE = Set.of("accuracy", "acc");
    /** Functions that Keras 3 calls otherwise. */
    private static final Map<String, String> RENAMED =
            Map.of("logcosh", "log_cosh", "huber_loss", "huber", "kullback_leibler_divergence", "kl_divergence");

    private final String where;
    private final List<String> outputs;
    private final List<String> lost = new ArrayList<>();

    private Keras2Training(String where, List<String> outputs) {
        this.where = where;
        this.outputs = outputs;
    }

    /**
     * Translates what a file says.
     *
     * @param said its compile configuration and its optimizer's variables
     * @param version the Keras that wrote the file; null if its dialect has one form only
     */
    static SavedTraining of(String where, SavedTraining said, Model model, @Nullable String version) {
        return of(where, said.compileConfig(), legacy -> said.optimizerVariables(), model, version);
    }

    /** Translates what a file says that keeps the optimizer's variables elsewhere. */
    static SavedTraining of(
            String where,
            Map<String, Object> compileConfig,
            Keras2State.Source state,
            Model model,
            @Nullable String version) {
        if (compileConfig.isEmpty()) return SavedTraining.NONE;
        Keras2Training t = new Keras2Training(where, model.outputNames());
        try {
            return t.translated(compileConfig, state, model, version);
        } catch (NoWords e) {
            return new SavedTraining(Map.of(), List.of(), List.of("how it was compiled: Keras 3 has not " + e.what()));
        }
    }

    private SavedTraining translated(
            Map<String, Object> old, Keras2State.Source source, Model model, @Nullable String version) throws NoWords {
        Object optimizer = old.get("optimizer");
        Keras2Optimizer upgraded =
                Keras2Optimizer.of(where, optimizer == null ? old.get("optimizer_config") : optimizer, version);
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("optimizer", upgraded.json());
        put(config, "loss", tree(old.get("loss"), this::loss, true));
        put(config, "loss_weights", old.get("loss_weights"));
        put(config, "metrics", metrics(old.get("metrics")));
        put(config, "weighted_metrics", metrics(old.get("weighted_metrics")));
        lost.addAll(upgraded.lost());
        List<Tensor> state = new Keras2State(upgraded, model, lost).translated(source);
        return new SavedTraining(config, state, lost);
    }

    private static void put(Map<String, Object> config, String key, @Nullable Object value) {
        if (value != null) config.put(key, value);
    }

    private interface Leaf {
        @Nullable
        Object translated(Object json) throws NoWords;
    }

    /** @param positional whether a list's elements belong to outputs, so that one which is left out stays as a gap */
    private @Nullable Object tree(@Nullable Object json, Leaf leaf, boolean positional) throws NoWords {
        if (json == null) return null;
        if (json instanceof List<?> l) {
            List<@Nullable Object> r = new ArrayList<>();
            for (Object e : l) {
                Object t = tree(e, leaf, false);
                if (t != null || positional) r.add(t);
            }
            return r;
        }
        if (json instanceof Map<?, ?> m && !KerasObject.isObject(m)) {
            Map<String, @Nullable Object> r = new LinkedHashMap<>();
            for (Map.Entry<?, ?> e : m.entrySet()) r.put(String.valueOf(e.getKey()), tree(e.getValue(), leaf, false));
            return r;
        }
        return leaf.translated(json);
    }

    /** The name of a function, as Keras 3 has it; null if it is none. */
    private static @Nullable String function(@Nullable Object json) {
        Object name = json instanceof Map<?, ?> m && "function".equals(m.get("class_name")) ? m.get("config") : json;
        return name instanceof String s ? RENAMED.getOrDefault(s, s) : null;
    }

    // Losses

    private Object loss(Object json) throws NoWords {
        String name = function(json);
        LossCatalog losses = LossCatalog.standard();
        if (name != null) {
            if (losses.find(name) == null) throw new NoWords("the loss \"" + name + "\"");
            return name;
        }
        KerasObject o = KerasObject.of(where + ": loss", json);
        String function = function(o.config().get(FUNCTION));
        LossCatalog.Row row = losses.ofClass(o.className());
        if (row == null && function != null) row = losses.ofFunction(function);
        if (row == null) throw new NoWords("the loss " + o.className());
        Map<String, @Nullable Object> config = new LinkedHashMap<>(o.config());
        config.remove(FUNCTION);
        config.replace("reduction", "auto", "sum_over_batch_size");
        requireKnown("the loss " + row.className(), row.defaults(), config);
        return CompileForms.object("keras.losses", row.className(), config);
    }

    private void requireKnown(String what, Object defaults, Map<String, @Nullable Object> config) throws NoWords {
        Map<String, Object> beyond = new LinkedHashMap<>();
        CODEC.decode(where + ": " + what, defaults, config).rest().forEach((k, v) -> {
            if (v != null && !k.equals(NAME) && !k.equals("dtype")) beyond.put(k, v);
        });
        String keys = Keras2.leftOver(beyond);
        if (keys != null) throw new NoWords(what + " with " + keys);
    }

    // Metrics

    /** A list for each output, if there are several, has names that begin with the output's: Keras 3 puts it there itself. */
    private @Nullable Object metrics(@Nullable Object json) throws NoWords {
        if (outputs.size() == 1 || !(json instanceof List<?> l) || l.size() != outputs.size())
            return tree(json, m -> metricOrNone(m, ""), false);
        List<@Nullable Object> r = new ArrayList<>();
        for (int i = 0; i < l.size(); i++) {
            String prefix = outputs.get(i) + "_";
            r.add(tree(l.get(i), m -> metricOrNone(m, prefix), false));
        }
        return r;
    }

    private @Nullable Object metricOrNone(Object json, String prefix) {
        try {
            return metric(json, prefix);
        } catch (NoWords e) {
            lost.add(e.what());
            return null;
        }
    }

    private Object metric(Object json, String prefix) throws NoWords {
        if (json instanceof String s && BY_SHAPE.contains(s.toLowerCase(Locale.ROOT))) return s;
        String name = json instanceof String s ? s : function(json);
        if (name != null) return mean(RENAMED.getOrDefault(name, name), Map.of(NAME, name));
        KerasObject o = KerasObject.of(where + ": metric", json);
        Map<String, @Nullable Object> config = new LinkedHashMap<>(o.config());
        if (config.get(NAME) instanceof String n && n.startsWith(prefix))
            config.put(NAME, n.substring(prefix.length()));
        String function = function(config.remove(FUNCTION));
        MetricCatalog.Row row = MetricCatalog.standard().ofClass(o.className());
        if (row != null) return object(row, config);
        if (function == null) throw new NoWords("the metric " + o.className());
        return mean(function, config);
    }

    private Object object(MetricCatalog.Row row, Map<String, @Nullable Object> config) throws NoWords {
        requireKnown("the metric " + row.className(), row.defaults(), config);
        return CompileForms.object("keras.metrics", row.className(), config);
    }

    /** The mean of a function. In Keras 3 a name alone may mean a loss: {@code cosine_similarity} has another sign there. */
    private Object mean(String function, Map<String, ? extends @Nullable Object> config) throws NoWords {
        MetricCatalog metrics = MetricCatalog.standard();
        MetricCatalog.Row row = metrics.ofFunction(function);
        LossCatalog.Row loss = LossCatalog.standard().ofFunction(function);
        if (row == null && loss != null) row = metrics.ofClass(loss.className());
        if (row != null) return object(row, new LinkedHashMap<>(config));
        if (loss == null) throw new NoWords("the metric \"" + function + "\"");
        Map<String, @Nullable Object> own = new LinkedHashMap<>(config);
        Map<String, @Nullable Object> fn = new LinkedHashMap<>();
        fn.put("module", "builtins");
        fn.put("class_name", "function");
        fn.put("config", loss.functions().getFirst());
        fn.put("registered_name", "function");
        own.put(FUNCTION, fn);
        return CompileForms.object("keras.metrics", "MeanMetricWrapper", own);
    }
}
