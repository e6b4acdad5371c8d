package io.argali.converters.keras;

import io.argali.converters.UnsupportedModelException;
import io.argali.trainer.optimizer.LossScaleOptimizer;
import io.argali.trainer.optimizer.Optimizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An optimizer of Keras 2 in the words of Keras 3.
 *
 * @param json the object as Keras 3 writes it
 * @param legacy whether it is of those before TensorFlow 2.11, which keep their slots in another order
 * @param lost what Keras 3 does otherwise
 */
record Keras2Optimizer(Map<String, @Nullable Object> json, Optimizer optimizer, boolean legacy, List<String> lost) {
    private static final String MODULE = "keras.optimizers";
    private static final String RATE = "learning_rate";
    private static final String EPSILON = "epsilon";
    /** tf_keras registers its optimizers as if they were custom ones. */
    private static final String CUSTOM = "Custom>";
    /** Keys that say how a step is computed. */
    private static final Set<String> MEANINGLESS = Set.of("jit_compile", "is_legacy_optimizer");

    private static final List<String> CLIPPING = List.of("clipnorm", "global_clipnorm", "clipvalue");

    /**
     * Translates an optimizer.
     *
     * @param version the Keras that wrote the file; null if its dialect has one form only
     * @throws NoWords if Keras 3 has no such optimizer
     */
    static Keras2Optimizer of(String where, @Nullable Object json, @Nullable String version) throws NoWords {
        if (json instanceof String name) return named(where, name);
        KerasObject o = KerasObject.of(where + ": optimizer", json);
        String className = className(o);
        if (className.startsWith("LossScaleOptimizer")) return scaled(where, o, version);
        Map<String, @Nullable Object> config = new LinkedHashMap<>(o.config());
        boolean legacy = !o.className().startsWith(CUSTOM) && !config.containsKey("jit_compile");
        config.keySet().removeIf(MEANINGLESS::contains);
        List<String> lost = new ArrayList<>();
        if (config.get(RATE) instanceof Map<?, ?> schedule) config.put(RATE, schedule(where, schedule));
        if (legacy) legacy(className, config, version, lost);
        onlyOneClipping(className, config, legacy);
        return read(where, className, config, legacy, lost);
    }

    private static Keras2Optimizer named(String where, String name) throws NoWords {
        Optimizer known = OptimizerCatalog.standard().optimizer(name);
        if (known == null) throw new NoWords("the optimizer \"" + name + "\"");
        String className = known.getClass().getSimpleName();
        Map<String, @Nullable Object> config = new LinkedHashMap<>();
        config.put("name", known.name());
        return read(where, className, config, false, List.of());
    }

    private static String className(KerasObject o) throws NoWords {
        String custom = o.registeredName() == null ? o.className() : o.registeredName();
        String name = custom.startsWith(CUSTOM) ? custom.substring(CUSTOM.length()) : custom;
        if (name.indexOf('>') >= 0) throw new NoWords("the optimizer " + name);
        return name;
    }

    private static Keras2Optimizer read(
            String where, String className, Map<String, @Nullable Object> config, boolean legacy, List<String> lost)
            throws NoWords {
        Map<String, @Nullable Object> json = CompileForms.object(MODULE, className, config);
        try {
            OptimizerReader.Read read = OptimizerReader.read(where, json, OptimizerCatalog.standard());
            String beyond = Keras2.leftOver(withoutNulls(read.kept()));
            if (beyond != null) throw new NoWords("the optimizer " + className + " with " + beyond);
            return new Keras2Optimizer(json, read.optimizer(), legacy, lost);
        } catch (UnsupportedModelException e) {
            throw new NoWords("the optimizer " + className);
        }
    }

    private static Map<String, Object> withoutNulls(Map<String, @Nullable Object> config) {
        Map<String, Object> r = new LinkedHashMap<>();
        config.forEach((k, v) -> {
            if (v != null && !k.equals("name")) r.put(k, v);
        });
        return r;
    }

    private static Map<String, @Nullable Object> schedule(String where, Map<?, ?> json) {
        KerasObject o = KerasObject.of(where + ": " + RATE, json);
        Map<String, @Nullable Object> config = new LinkedHashMap<>(o.config());
        config.values().removeIf(v -> v == null); // of which the name may be one, that Keras 3 does not take
        return CompileForms.object("keras.optimizers.schedules", o.className(), config);
    }

    /** Fixed scales are an option of every optimizer in Keras 3. */
    private static Keras2Optimizer scaled(String where, KerasObject o, @Nullable String version) throws NoWords {
        Keras2Optimizer inner = of(where, o.config().get("inner_optimizer"), version);
        if (Boolean.FALSE.equals(o.config().get("dynamic"))) {
            Map<String, @Nullable Object> config =
                    new LinkedHashMap<>(KerasObject.of(where, inner.json).config());
            config.put("loss_scale_factor", o.config().get("initial_scale"));
            return read(where, KerasObject.of(where, inner.json).className(), config, inner.legacy, inner.lost);
        }
        Map<String, @Nullable Object> config = new LinkedHashMap<>(o.config());
        config.remove("dynamic");
        config.put("inner_optimizer", inner.json);
        config.put("name", LossScaleOptimizer.DEFAULTS.name());
        return read(where, "LossScaleOptimizer", config, inner.legacy, inner.lost);
    }

    private static void legacy(
            String className, Map<String, @Nullable Object> config, @Nullable String version, List<String> lost)
            throws NoWords {
        if (className.equals("Nadam")) throw new NoWords("the schedule of momenta of the Nadam before TensorFlow 2.11");
        if (config.containsKey("lr")) config.putIfAbsent(RATE, config.remove("lr"));
        if (config.get(EPSILON) == null) config.remove(EPSILON);
        double decay = number(config.remove("decay"));
        if (decay > 0) config.put(RATE, decaying(className, config.get(RATE), decay));
        // Keras without TensorFlow took the norm of all gradients together, under this name.
        boolean multiBackend = version != null && version.matches("2\\.[0-3]\\..*") && !version.endsWith("-tf");
        if (multiBackend && config.get("clipnorm") != null) config.put("global_clipnorm", config.remove("clipnorm"));
        boolean beside =
                className.equals("Adagrad") || className.equals("RMSprop") && number(config.get("momentum")) == 0;
        if (beside && config.get(EPSILON) != null) {
            config.put(EPSILON, number(config.get(EPSILON)) * number(config.get(EPSILON)));
            lost.add("the place of " + className + "'s epsilon, which was beside the root: its square stands under it");
        }
    }

    private static Map<String, @Nullable Object> decaying(String className, @Nullable Object rate, double decay)
            throws NoWords {
        if (!(rate instanceof Number)) throw new NoWords("the decay of " + className + "'s scheduled learning rate");
        Map<String, @Nullable Object> config = new LinkedHashMap<>();
        config.put("initial_learning_rate", rate);
        config.put("decay_steps", 1);
        config.put("decay_rate", decay);
        config.put("staircase", false);
        config.put("name", "InverseTimeDecay");
        return CompileForms.object("keras.optimizers.schedules", "InverseTimeDecay", config);
    }

    /** Keras 3 takes one of them; where several were given, the first was used, but for the older optimizers. */
    private static void onlyOneClipping(String className, Map<String, @Nullable Object> config, boolean legacy)
            throws NoWords {
        List<String> given =
                CLIPPING.stream().filter(k -> number(config.get(k)) > 0).toList();
        if (given.size() > 1 && legacy) throw new NoWords("the optimizer " + className + " with " + given);
        for (String k : CLIPPING) if (!given.isEmpty() && !k.equals(given.getFirst())) config.remove(k);
    }

    private static double number(@Nullable Object json) {
        return json instanceof Number n ? n.doubleValue() : 0;
    }

    /** What Keras 3 has no words for. */
    static final class NoWords extends Exception {
        private static final long serialVersionUID = 1;

        NoWords(String what) {
            super(what);
        }

        String what() {
            return String.valueOf(getMessage());
        }
    }
}
