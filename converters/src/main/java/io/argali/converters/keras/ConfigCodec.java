package io.argali.converters.keras;

import io.argali.loader.ModelFormatException;
import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.Constraint;
import io.argali.runtime.layer.Initializer;
import io.argali.runtime.layer.Inline;
import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.Key;
import io.argali.runtime.layer.Regularizer;
import io.argali.runtime.layer.Unsaved;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Records from configurations, component by component: {@code kernelSize} is the key {@code kernel_size}; {@code WeightOptions kernel} is the keys
 * {@code kernel_initializer, kernel_regularizer, kernel_constraint}. A missing key keeps the prototype's value; keys that no component has are
 * handed back.
 */
final class ConfigCodec {
    /** Reads nested objects; of each kind, those that may occur. */
    interface Nested {
        default Instance layer(String where, Object json) {
            throw unexpected(where, json);
        }

        default Activation activation(String where, @Nullable Object json) {
            throw unexpected(where, json);
        }

        default @Nullable Initializer initializer(String where, @Nullable Object json) {
            throw unexpected(where, json);
        }

        default @Nullable Regularizer regularizer(String where, @Nullable Object json) {
            throw unexpected(where, json);
        }

        default @Nullable Constraint constraint(String where, @Nullable Object json) {
            throw unexpected(where, json);
        }

        /** An object of another type: a schedule, an optimizer. */
        default Object other(String where, Class<?> type, Object json) {
            throw unexpected(where, json);
        }

        private static ModelFormatException unexpected(String where, @Nullable Object json) {
            return new ModelFormatException(
                    where + ": no such object is expected here: " + KerasObject.shortened(json));
        }
    }

    /** Writes nested objects. */
    interface NestedWriter {
        Object layer(Instance layer);

        /** An initializer, regularizer or constraint. */
        Object part(Object part);

        Object activation(Activation activation);
    }

    /** A record and the keys that it has no component for. */
    record Decoded<T>(T value, Map<String, @Nullable Object> rest) {}

    /** Java makes them anew, annotations included, whenever a class is asked. */
    private static final ClassValue<RecordComponent[]> COMPONENTS = new ClassValue<>() {
        @Override
        protected RecordComponent[] computeValue(Class<?> type) {
            return type.getRecordComponents();
        }
    };

    private final Nested nested;

    ConfigCodec(Nested nested) {
        this.nested = nested;
    }

    /**
     * Reads a record.
     *
     * @param where the file and layer, for messages
     */
    <T> Decoded<T> decode(String where, T prototype, Map<String, @Nullable Object> config) {
        Map<String, @Nullable Object> rest = new LinkedHashMap<>(config);
        RecordComponent[] components = COMPONENTS.get(prototype.getClass());
        @Nullable Object[] values = new Object[components.length];
        Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < components.length; i++) {
            RecordComponent c = components[i];
            types[i] = c.getType();
            Object otherwise = get(prototype, c);
            if (c.isAnnotationPresent(Inline.class)) {
                Decoded<Object> inner = decode(where, Objects.requireNonNull(otherwise), rest);
                values[i] = inner.value();
                rest.keySet().retainAll(inner.rest().keySet());
            } else if (c.getType() == WeightOptions.class) {
                values[i] = weightOptions(where, prefix(c), (WeightOptions) Objects.requireNonNull(otherwise), rest);
            } else {
                values[i] = c.isAnnotationPresent(Unsaved.class) ? otherwise : component(where, c, otherwise, rest);
            }
        }
        return new Decoded<>(construct(where, prototype, types, values), rest);
    }

    /** Writes a record: the reverse of {@link #decode}. */
    static Map<String, @Nullable Object> encode(Object record, NestedWriter nested) {
        Map<String, @Nullable Object> config = new LinkedHashMap<>();
        for (RecordComponent c : COMPONENTS.get(record.getClass())) {
            Object value = get(record, c);
            if (c.isAnnotationPresent(Unsaved.class)) continue;
            if (c.isAnnotationPresent(Inline.class)) {
                config.putAll(encode(Objects.requireNonNull(value), nested));
            } else if (value instanceof WeightOptions options) {
                String prefix = prefix(c);
                config.put(prefix + "_initializer", json(options.initializer(), nested));
                config.put(prefix + "_regularizer", json(options.regularizer(), nested));
                config.put(prefix + "_constraint", json(options.constraint(), nested));
            } else {
                config.put(prefix(c), json(value, nested));
            }
        }
        return config;
    }

    private static @Nullable Object json(@Nullable Object value, NestedWriter nested) {
        return switch (value) {
            case null -> null;
            case Activation a -> nested.activation(a);
            case Instance i -> nested.layer(i);
            case Initializer p -> nested.part(p);
            case Regularizer p -> nested.part(p);
            case Constraint p -> nested.part(p);
            case DType d -> d.kerasName();
            case Enum<?> e -> e.name().toLowerCase(Locale.ROOT);
            case Shape s -> dims(s);
            case int[] a -> Arrays.stream(a).boxed().toList();
            case List<?> l -> {
                List<@Nullable Object> r = new ArrayList<>();
                for (Object e : l) r.add(json(e, nested));
                yield r;
            }
            default -> value;
        };
    }

    /** A shape with null for what is unknown. */
    static List<@Nullable Object> dims(Shape shape) {
        List<@Nullable Object> r = new ArrayList<>();
        for (int d : shape.toArray()) r.add(d == Shape.UNKNOWN ? null : (Object) d);
        return r;
    }

    private @Nullable Object component(
            String where, RecordComponent c, @Nullable Object otherwise, Map<String, @Nullable Object> rest) {
        for (String key : keys(c)) {
            if (!rest.containsKey(key)) continue;
            Object json = rest.remove(key);
            return convert(where + " " + key, c.getGenericType(), json, otherwise);
        }
        return otherwise;
    }

    private static List<String> keys(RecordComponent c) {
        Key key = c.getAnnotation(Key.class);
        List<String> keys = new ArrayList<>();
        keys.add(key == null || key.value().isEmpty() ? snake(c.getName()) : key.value());
        if (key != null) keys.addAll(Arrays.asList(key.aliases()));
        return keys;
    }

    private static String prefix(RecordComponent c) {
        return keys(c).get(0);
    }

    private WeightOptions weightOptions(
            String where, String prefix, WeightOptions otherwise, Map<String, @Nullable Object> rest) {
        Initializer initializer = otherwise.initializer();
        Regularizer regularizer = otherwise.regularizer();
        Constraint constraint = otherwise.constraint();
        if (rest.containsKey(prefix + "_initializer")) {
            Initializer given =
                    nested.initializer(where + " " + prefix + "_initializer", rest.remove(prefix + "_initializer"));
            if (given != null) initializer = given;
        }
        if (rest.containsKey(prefix + "_regularizer")) {
            regularizer =
                    nested.regularizer(where + " " + prefix + "_regularizer", rest.remove(prefix + "_regularizer"));
        }
        if (rest.containsKey(prefix + "_constraint")) {
            constraint = nested.constraint(where + " " + prefix + "_constraint", rest.remove(prefix + "_constraint"));
        }
        return new WeightOptions(initializer, regularizer, constraint);
    }

    private @Nullable Object convert(String where, Type type, @Nullable Object json, @Nullable Object otherwise) {
        if (type instanceof ParameterizedType p && p.getRawType() == List.class) {
            return json == null ? null : list(where, p.getActualTypeArguments()[0], json);
        }
        if (type instanceof ParameterizedType p
                && p.getRawType() == Map.class
                && isOther(p.getActualTypeArguments()[1])) {
            return map(where, p.getActualTypeArguments()[1], json);
        }
        if (!(type instanceof Class<?> c)) return json;
        if (c == Activation.class) return nested.activation(where, json);
        if (json == null) return c.isPrimitive() || (c.isEnum() || isOther(c)) && otherwise != null ? otherwise : null;
        if (c == Object.class || c == Map.class) return json;
        if (c == Instance.class) return nested.layer(where, json);
        if (c == Initializer.class) return nested.initializer(where, json);
        if (c == Regularizer.class) return nested.regularizer(where, json);
        if (c == Constraint.class) return nested.constraint(where, json);
        if (c == Shape.class) return shape(where, json);
        if (c == int[].class) return ints(where, json);
        if (isOther(c)) return nested.other(where, c, json);
        return scalar(where, c, json);
    }

    /** Whether only whoever uses this codec knows how such an object is read. */
    private static boolean isOther(Type type) {
        return type instanceof Class<?> c && (c.isInterface() || c.isRecord()) && c != Map.class && c != List.class;
    }

    private Map<String, @Nullable Object> map(String where, Type element, @Nullable Object json) {
        if (!(json instanceof Map<?, ?> m))
            throw new ModelFormatException(where + ": expected an object, got " + KerasObject.shortened(json));
        Map<String, @Nullable Object> r = new LinkedHashMap<>();
        m.forEach((k, v) -> r.put(String.valueOf(k), convert(where + " " + k, element, v, null)));
        return r;
    }

    private static Object scalar(String where, Class<?> c, Object json) {
        if ((c == int.class || c == Integer.class) && json instanceof Number n && isWhole(n)) return n.intValue();
        if ((c == long.class || c == Long.class) && json instanceof Number n && isWhole(n)) return n.longValue();
        if ((c == double.class || c == Double.class) && json instanceof Number n) return n.doubleValue();
        if ((c == boolean.class || c == Boolean.class) && json instanceof Boolean) return json;
        // Python takes 0 and 1 for booleans, and so do old files.
        if ((c == boolean.class || c == Boolean.class) && json instanceof Number n) return n.doubleValue() != 0;
        if (c == Integer.class && json instanceof Map<?, ?> m && "SeedGenerator".equals(m.get("class_name")))
            return seed(where, m);
        if (c == String.class && json instanceof String) return json;
        if (c == DType.class && json instanceof String s) return dtype(where, s);
        if (c.isEnum() && json instanceof String s) return constant(where, c, s);
        throw new ModelFormatException(where + ": expected " + describe(c) + ", got " + KerasObject.shortened(json));
    }

    /** A generator of seeds where a seed may stand: its own seed. */
    private static Object seed(String where, Map<?, ?> generator) {
        Object seed = generator.get("config") instanceof Map<?, ?> config ? config.get("seed") : null;
        return seed == null ? 0 : scalar(where, int.class, seed);
    }

    private static boolean isWhole(Number n) {
        return n.doubleValue() == Math.rint(n.doubleValue());
    }

    private static String describe(Class<?> c) {
        return switch (c.getSimpleName()) {
            case "int", "Integer", "long", "Long" -> "a whole number";
            case "double", "Double" -> "a number";
            case "boolean", "Boolean" -> "true or false";
            case "String" -> "a string";
            default -> c.getSimpleName();
        };
    }

    private static DType dtype(String where, String name) {
        try {
            return DType.of(name);
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(where + ": " + e.getMessage(), e);
        }
    }

    private static Object constant(String where, Class<?> c, String name) {
        for (Object e : c.getEnumConstants()) if (((Enum<?>) e).name().equalsIgnoreCase(name)) return e;
        String known = Arrays.toString(c.getEnumConstants()).toLowerCase(Locale.ROOT);
        throw new ModelFormatException(where + ": expected one of " + known + ", got \"" + name + "\"");
    }

    private List<@Nullable Object> list(String where, Type element, Object json) {
        // A tuple of one may stand as a number: strides=2.
        Object plain = json instanceof Map<?, ?> m && "__tuple__".equals(m.get("class_name")) ? tuple(m) : json;
        List<?> items = plain instanceof List<?> l ? l : List.of(plain);
        List<@Nullable Object> r = new ArrayList<>();
        for (Object item : items) r.add(item == null ? null : convert(where, element, item, null));
        return r;
    }

    private static Object tuple(Map<?, ?> m) {
        Object items = m.get("items") != null
                ? m.get("items")
                : m.get("config") instanceof Map<?, ?> c ? c.get("value") : null;
        return items == null ? List.of() : items;
    }

    private static Shape shape(String where, Object json) {
        List<Integer> dims = new ArrayList<>();
        Object plain = json instanceof Map<?, ?> m && "__tuple__".equals(m.get("class_name")) ? tuple(m) : json;
        for (Object d : KerasObject.list(where, plain))
            dims.add(d == null ? Shape.UNKNOWN : (int) scalar(where, int.class, d));
        return Shape.of(dims);
    }

    private static int[] ints(String where, Object json) {
        List<?> items = json instanceof List<?> l ? l : List.of(json);
        return items.stream().mapToInt(i -> (int) scalar(where, int.class, i)).toArray();
    }

    private static @Nullable Object get(Object record, RecordComponent c) {
        try {
            return c.getAccessor().invoke(record);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("cannot read " + c + "; is its package exported?", e);
        }
    }

    @SuppressWarnings("unchecked")
    private static <T> T construct(String where, T prototype, Class<?>[] types, @Nullable Object[] values) {
        try {
            Constructor<?> constructor = prototype.getClass().getDeclaredConstructor(types);
            return (T) constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            Throwable cause = e.getTargetException();
            throw new ModelFormatException(where + ": " + cause.getMessage(), cause);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "cannot make a " + prototype.getClass().getName() + "; is it public?", e);
        }
    }

    /** {@code kernelSize} → {@code kernel_size}. */
    static String snake(String camel) {
        StringBuilder b = new StringBuilder();
        for (char ch : camel.toCharArray()) {
            if (Character.isUpperCase(ch)) b.append('_');
            b.append(Character.toLowerCase(ch));
        }
        return b.toString();
    }
}
