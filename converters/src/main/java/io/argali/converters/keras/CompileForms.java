package io.argali.converters.keras;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The two forms of a compile configuration: {@code compile_config} of Keras 3, and {@code training_config} of {@code .h5}. */
public final class CompileForms {
    private CompileForms() {}

    /** An object as Keras 3 writes those of its own. */
    public static Map<String, @Nullable Object> object(
            @Nullable String module, String className, @Nullable Object config) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("module", module);
        object.put("class_name", className);
        object.put("config", config);
        object.put("registered_name", null);
        return object;
    }

    /** The form of Keras 3: the optimizer is an object like any other. */
    static Map<String, @Nullable Object> keras3(Map<String, ? extends @Nullable Object> config) {
        Map<String, @Nullable Object> r = new LinkedHashMap<>();
        if (config.get("optimizer_config") instanceof Map<?, ?> optimizer) {
            String name = String.valueOf(optimizer.get("class_name"));
            boolean custom = name.indexOf('>') >= 0;
            Map<String, @Nullable Object> object = object(
                    custom ? null : "keras.optimizers", name.substring(name.indexOf('>') + 1), optimizer.get("config"));
            object.put("registered_name", custom ? name : null);
            r.put("optimizer", object);
        }
        config.forEach((k, v) -> {
            if (!k.equals("optimizer_config")) r.put(k, v);
        });
        return r;
    }

    /** The form of {@code .h5}: the optimizer comes last, under the name it is registered as. */
    static Map<String, @Nullable Object> legacy(Map<String, ? extends @Nullable Object> config) {
        Map<String, @Nullable Object> r = new LinkedHashMap<>(config);
        if (r.remove("optimizer") instanceof Map<?, ?> optimizer) {
            Object registered = optimizer.get("registered_name");
            Map<String, @Nullable Object> object = new LinkedHashMap<>();
            object.put("class_name", registered instanceof String ? registered : optimizer.get("class_name"));
            object.put("config", optimizer.get("config"));
            r.put("optimizer_config", object);
        }
        return r;
    }
}
