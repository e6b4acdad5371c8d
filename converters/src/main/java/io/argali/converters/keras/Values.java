package io.argali.converters.keras;

import io.argali.loader.ModelFormatException;
import io.argali.runtime.layer.operation.Ellipsis;
import io.argali.runtime.layer.operation.SliceArgument;
import io.argali.runtime.model.Ref;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The special values of Keras' configurations: tensors, constants, slices, tuples, dtypes. */
final class Values {
    private final String file;

    Values(String file) {
        this.file = file;
    }

    /** A call's argument: a {@link Ref}, a {@link Tensor}, a number, a string, or lists and maps of them. */
    @Nullable
    Object argument(String where, @Nullable Object json) {
        return switch (json) {
            case null -> null;
            case List<?> l -> {
                List<@Nullable Object> r = new ArrayList<>();
                for (Object e : l) r.add(argument(where, e));
                yield r;
            }
            case Map<?, ?> m when m.get("class_name") instanceof String c -> special(where, c, m);
            case Map<?, ?> m -> {
                Map<String, @Nullable Object> r = new LinkedHashMap<>();
                m.forEach((k, v) -> r.put(String.valueOf(k), argument(where, v)));
                yield r;
            }
            default -> json;
        };
    }

    /**
     * A call's argument as JSON, the reverse of {@link #argument}.
     *
     * @param types what a reference refers to; null where that is not known
     */
    static @Nullable Object json(@Nullable Object argument, Function<Ref, @Nullable TensorType> types) {
        return switch (argument) {
            case Ref ref -> {
                TensorType type = types.apply(ref);
                Map<String, @Nullable Object> config = new LinkedHashMap<>();
                config.put("shape", type == null ? null : ConfigCodec.dims(type.shape()));
                config.put("dtype", type == null ? null : type.dtype().kerasName());
                config.put("keras_history", List.of(ref.layer(), ref.call(), ref.output()));
                yield object("__keras_tensor__", config);
            }
            case Tensor t -> {
                Map<String, @Nullable Object> config = new LinkedHashMap<>();
                config.put("value", nested(t, 0, 0, t.shape().size()));
                config.put("dtype", t.dtype().kerasName());
                yield object("__tensor__", config);
            }
            case SliceArgument s -> {
                Map<String, @Nullable Object> config = new LinkedHashMap<>();
                config.put("start", s.start());
                config.put("stop", s.stop());
                config.put("step", s.step());
                yield object("__slice__", config);
            }
            case Ellipsis e -> object("__ellipsis__", Map.of());
            case List<?> l -> {
                List<@Nullable Object> r = new ArrayList<>();
                for (Object e : l) r.add(json(e, types));
                yield r;
            }
            case Map<?, ?> m -> {
                Map<String, @Nullable Object> r = new LinkedHashMap<>();
                m.forEach((k, v) -> r.put(String.valueOf(k), json(v, types)));
                yield r;
            }
            case null, default -> argument;
        };
    }

    private static Map<String, @Nullable Object> object(
            String className, Map<String, ? extends @Nullable Object> config) {
        Map<String, @Nullable Object> r = new LinkedHashMap<>();
        r.put("class_name", className);
        r.put("config", config);
        return r;
    }

    private static Object nested(Tensor t, int axis, int from, int size) {
        if (axis == t.shape().rank()) return element(t, from);
        List<Object> r = new ArrayList<>();
        int n = t.shape().dim(axis), step = n == 0 ? 0 : size / n;
        for (int i = 0; i < n; i++) r.add(nested(t, axis + 1, from + i * step, step));
        return r;
    }

    private static Object element(Tensor t, int i) {
        return switch (t.array()) {
            case float[] a -> (double) a[i];
            case double[] a -> a[i];
            case int[] a -> a[i];
            case long[] a -> a[i];
            case byte[] a -> a[i] != 0;
            default -> t.strings()[i];
        };
    }

    private @Nullable Object special(String where, String className, Map<?, ?> m) {
        Map<?, ?> config = m.get("config") instanceof Map<?, ?> c ? c : Map.of();
        return switch (className) {
            case "__keras_tensor__" -> ref(where, config);
            case "__tensor__", "__numpy__" -> constant(where, config);
            case "__tuple__" -> argument(where, m.get("items") != null ? m.get("items") : config.get("value"));
            case "__slice__" ->
                new SliceArgument(index(config.get("start")), index(config.get("stop")), index(config.get("step")));
            case "__ellipsis__" -> Ellipsis.ELLIPSIS;
            case "__bytes__" -> config.get("value");
            case "function" -> m.get("config");
            case "DTypePolicy" -> config.get("name");
            default -> m;
        };
    }

    private Ref ref(String where, Map<?, ?> config) {
        if (config.get("keras_history") instanceof List<?> h
                && h.size() == 3
                && h.get(0) instanceof String layer
                && h.get(1) instanceof Number call
                && h.get(2) instanceof Number output) {
            return new Ref(layer, call.intValue(), output.intValue());
        }
        throw new ModelFormatException(file + ": " + where + ": a tensor without keras_history");
    }

    private static @Nullable Integer index(@Nullable Object json) {
        return json instanceof Number n ? (Integer) n.intValue() : null;
    }

    private Tensor constant(String where, Map<?, ?> config) {
        DType dtype = DType.of(config.get("dtype") instanceof String s ? s : "float32");
        List<Object> flat = new ArrayList<>();
        List<Integer> dims = new ArrayList<>();
        flatten(where, config.get("value"), 0, dims, flat);
        Shape shape = Shape.of(dims);
        if (dtype == DType.STRING)
            return Tensor.wrap(dtype, shape, flat.stream().map(String::valueOf).toArray(String[]::new));
        if (dtype == DType.INT64) {
            return Tensor.wrap(
                    dtype,
                    shape,
                    flat.stream().mapToLong(e -> ((Number) e).longValue()).toArray());
        }
        double[] numbers = flat.stream().mapToDouble(Values::number).toArray();
        return Tensor.wrap(DType.FLOAT64, shape, numbers).cast(dtype);
    }

    private static double number(Object o) {
        return o instanceof Boolean b ? (b ? 1 : 0) : ((Number) o).doubleValue();
    }

    private void flatten(String where, @Nullable Object json, int depth, List<Integer> dims, List<Object> flat) {
        if (json instanceof List<?> l) {
            if (dims.size() == depth) dims.add(l.size());
            if (dims.get(depth) != l.size())
                throw new ModelFormatException(file + ": " + where + ": a ragged constant");
            for (Object e : l) flatten(where, e, depth + 1, dims, flat);
        } else if (json instanceof Number || json instanceof Boolean || json instanceof String) {
            flat.add(json);
        } else {
            throw new ModelFormatException(
                    file + ": " + where + ": expected a number, got " + KerasObject.shortened(json));
        }
    }
}
