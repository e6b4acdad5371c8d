package io.argali.converters.keras;

import io.argali.loader.ModelFormatException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A serialized Keras object: {@code {"module", "class_name", "config", "registered_name"}}.
 *
 * @param module null in the legacy formats
 * @param raw the whole object
 */
record KerasObject(
        @Nullable String module,
        String className,
        Map<String, @Nullable Object> config,
        @Nullable String registeredName,
        Map<String, @Nullable Object> raw) {

    static boolean isObject(@Nullable Object json) {
        return json instanceof Map<?, ?> m && m.get("class_name") instanceof String;
    }

    /**
     * Reads an object.
     *
     * @throws ModelFormatException if it is not one
     */
    @SuppressWarnings("unchecked")
    static KerasObject of(String where, @Nullable Object json) {
        if (!(json instanceof Map<?, ?> m) || !(m.get("class_name") instanceof String className)) {
            throw new ModelFormatException(where + ": expected an object with a class_name, got " + shortened(json));
        }
        Map<String, @Nullable Object> raw = (Map<String, @Nullable Object>) m;
        Object config = raw.get("config");
        Map<String, @Nullable Object> map =
                config instanceof Map<?, ?> c ? (Map<String, @Nullable Object>) c : Map.of();
        return new KerasObject(
                raw.get("module") instanceof String s ? s : null,
                className,
                map,
                raw.get("registered_name") instanceof String r ? r : null,
                raw);
    }

    /** What a custom object was registered as; null for Keras' own. */
    @Nullable
    String customName() {
        if (registeredName == null || registeredName.equals(className) && module != null && module.startsWith("keras"))
            return null;
        return module == null || !module.startsWith("keras") ? registeredName : null;
    }

    static String shortened(@Nullable Object json) {
        String s = String.valueOf(json);
        return s.length() <= 80 ? s : s.substring(0, 80) + "…";
    }

    @SuppressWarnings("unchecked")
    static List<@Nullable Object> list(String where, @Nullable Object json) {
        if (json instanceof List<?> l) return (List<@Nullable Object>) l;
        throw new ModelFormatException(where + ": expected a list, got " + shortened(json));
    }
}
