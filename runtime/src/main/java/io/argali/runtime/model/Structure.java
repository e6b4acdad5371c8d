package io.argali.runtime.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Nested lists and maps, as Keras passes them to layers: maps are visited in the order of their keys, sorted. */
public final class Structure {
    private Structure() {}

    /** The leaves of a type, in Keras' order. */
    public static <T> List<T> leaves(@Nullable Object structure, Class<T> type) {
        List<T> found = new ArrayList<>();
        collect(structure, type, found);
        return found;
    }

    private static <T> void collect(@Nullable Object s, Class<T> type, List<T> found) {
        switch (s) {
            case null -> {}
            case List<?> list -> list.forEach(e -> collect(e, type, found));
            case Map<?, ?> map -> new TreeMap<Object, Object>(map).values().forEach(e -> collect(e, type, found));
            default -> {
                if (type.isInstance(s)) found.add(type.cast(s));
            }
        }
    }

    /** The same structure with each leaf replaced. */
    public static @Nullable Object map(@Nullable Object structure, UnaryOperator<@Nullable Object> leaf) {
        return switch (structure) {
            case List<?> list -> {
                List<@Nullable Object> r = new ArrayList<>();
                for (Object e : list) r.add(map(e, leaf));
                yield r;
            }
            case Map<?, ?> m -> {
                Map<Object, @Nullable Object> r = new LinkedHashMap<>();
                m.forEach((k, v) -> r.put(k, map(v, leaf)));
                yield r;
            }
            case null, default -> leaf.apply(structure);
        };
    }
}
