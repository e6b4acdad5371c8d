package io.argali.converters.keras;

import io.argali.converters.UnsupportedModelException;
import io.argali.trainer.optimizer.Optimizer;
import io.argali.trainer.optimizer.OptimizerMap;
import io.argali.trainer.schedule.Constant;
import io.argali.trainer.schedule.Schedule;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An optimizer from its configuration: Keras' name for it, or an object with {@code class_name} and {@code config}. */
public final class OptimizerReader implements ConfigCodec.Nested {
    private final OptimizerCatalog catalog;
    private final ConfigCodec codec = new ConfigCodec(this);
    private final Map<Object, Object> shared = new HashMap<>();

    private OptimizerReader(OptimizerCatalog catalog) {
        this.catalog = catalog;
    }

    /**
     * An optimizer, and the keys of its configuration that mean nothing to us, to be kept for export.
     *
     * @param kept of the outermost object
     */
    public record Read(Optimizer optimizer, Map<String, @Nullable Object> kept) {}

    /**
     * The optimizer of a compile configuration; null if it has none.
     *
     * @param where the file, for messages
     * @param compileConfig as {@link io.argali.runtime.model.SavedTraining} has it: {@code optimizer}, or {@code optimizer_config} in {@code .h5}
     * @throws UnsupportedModelException if we have no such optimizer
     */
    public static @Nullable Read fromCompileConfig(
            String where, Map<String, Object> compileConfig, OptimizerCatalog catalog) {
        Object json = compileConfig.get("optimizer");
        if (json == null) json = compileConfig.get("optimizer_config");
        return json == null ? null : read(where, json, catalog);
    }

    /**
     * Reads an optimizer.
     *
     * @throws UnsupportedModelException if we have no such optimizer
     */
    public static Read read(String where, Object json, OptimizerCatalog catalog) {
        ConfigCodec.Decoded<Optimizer> d = new OptimizerReader(catalog).optimizer(where, json);
        return new Read(d.value(), Collections.unmodifiableMap(new LinkedHashMap<>(d.rest())));
    }

    /** Reads a schedule, or a number. */
    public static Schedule schedule(String where, Object json, OptimizerCatalog catalog) {
        return new OptimizerReader(catalog).schedule(where, json);
    }

    private ConfigCodec.Decoded<Optimizer> optimizer(String where, Object json) {
        KerasObject o = json instanceof String name ? named(name) : KerasObject.of(where + ": optimizer", json);
        Optimizer defaults = catalog.optimizer(name(o));
        if (defaults == null) throw unsupported(where, "optimizer", name(o), catalog.optimizerNames());
        String at = where + ": optimizer (" + o.className() + ")";
        return codec.decode(at, defaults, o.config());
    }

    private static KerasObject named(String name) {
        return new KerasObject(null, name, Map.of(), null, Map.of());
    }

    /** tf_keras registers its optimizers as custom objects: {@code Custom>Adam}. */
    private static String name(KerasObject o) {
        String name = o.customName() == null ? o.className() : o.customName();
        return name.startsWith("Custom>") ? name.substring("Custom>".length()) : name;
    }

    private Schedule schedule(String where, Object json) {
        if (json instanceof Number n) return new Constant(n.doubleValue());
        KerasObject o = KerasObject.of(where, json);
        Schedule defaults = catalog.schedule(name(o));
        if (defaults == null) throw unsupported(where, "schedule", name(o), catalog.scheduleNames());
        return codec.decode(where + " (" + o.className() + ")", defaults, o.config())
                .value();
    }

    private static UnsupportedModelException unsupported(
            String where, String kind, String name, Collection<String> known) {
        return UnsupportedModelException.of(
                where,
                List.of(kind + " \"" + name + "\""),
                "Known: " + known + "; add your own with OptimizerCatalog.plus(\"" + name + "\", …).");
    }

    @Override
    public Object other(String where, Class<?> type, Object json) {
        Object id = json instanceof Map<?, ?> m ? m.get("shared_object_id") : null;
        if (id != null && shared.containsKey(id)) return Objects.requireNonNull(shared.get(id));
        Object value;
        if (type == Schedule.class) value = schedule(where, json);
        else if (type == Optimizer.class) value = optimizer(where, json).value();
        else if (type == OptimizerMap.class)
            value = codec.decode(
                            where,
                            OptimizerMap.DEFAULTS,
                            KerasObject.of(where, json).config())
                    .value();
        else return ConfigCodec.Nested.super.other(where, type, json);
        if (id != null) shared.put(id, value);
        return value;
    }
}
