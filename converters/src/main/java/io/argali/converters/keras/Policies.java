package io.argali.converters.keras;

import io.argali.loader.ModelFormatException;
import io.argali.runtime.layer.DTypePolicy;
import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.Quantization;
import io.argali.runtime.layer.Quantization.AbsMax;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Dtype policies: a name, an object, or a map of policies by layers' paths; quantized ones with the {@code quantization_config} beside them. */
final class Policies {
    /** The key of what a layer was quantized by. */
    static final String QUANTIZED_BY = "quantization_config";

    private Policies() {}

    /**
     * Reads a layer's policy.
     *
     * @param config the layer's configuration
     */
    static DTypePolicy read(String where, Layer layer, Map<String, ? extends @Nullable Object> config) {
        DTypePolicy policy = read(where, config.get("dtype"));
        Quantization q = policy.quantization();
        if (q == null || !(layer instanceof Quantization.Quantizable quantizable)) return policy;
        Object by = config.get(QUANTIZED_BY);
        return policy.quantized(
                by == null
                        ? quantizable.unsaid(q)
                        : quantizedBy(where + " " + QUANTIZED_BY, q, KerasObject.of(where, by)));
    }

    private static DTypePolicy read(String where, @Nullable Object json) {
        if (json == null) return DTypePolicy.FLOAT32;
        if (!KerasObject.isObject(json)) return named(where, json);
        KerasObject o = KerasObject.of(where, json);
        Object source = o.config().get("source_name"), mode = o.config().get("mode");
        switch (o.className()) {
            case "DTypePolicy", "FloatDTypePolicy", "Policy":
                return named(where, o.config().get("name"));
            case "DTypePolicyMap":
                return map(where, o.config());
            case "QuantizedDTypePolicy", "Int4DTypePolicy", "GPTQDTypePolicy", "AWQDTypePolicy":
                return named(where, mode + "_from_" + (source == null ? "float32" : source));
            case "QuantizedFloat8DTypePolicy":
                DTypePolicy policy = named(where, mode + "_from_" + (source == null ? "float32" : source));
                return o.config().get("amax_history_length") instanceof Number n
                        ? policy.quantized(new Quantization.Float8(n.intValue()))
                        : policy;
            default:
                throw new ModelFormatException(where + ": dtype policy " + o.className() + " is not supported");
        }
    }

    private static DTypePolicy named(String where, @Nullable Object name) {
        try {
            return DTypePolicy.of(String.valueOf(name == null ? "float32" : name));
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(where + ": " + e.getMessage(), e);
        }
    }

    private static DTypePolicy map(String where, Map<String, @Nullable Object> config) {
        Map<String, DTypePolicy> byPath = new LinkedHashMap<>();
        if (config.get("policy_map") instanceof Map<?, ?> m)
            m.forEach((path, policy) -> byPath.put(String.valueOf(path), read(where, policy)));
        return read(where, config.get("default_policy")).withParts(byPath);
    }

    /** What the mode does not say: how inputs are quantized. */
    private static Quantization quantizedBy(String where, Quantization mode, KerasObject by) {
        Object inputs = by.config().get("activation_quantizer");
        return switch (mode) {
            case Quantization.Int8 q -> new Quantization.Int8(absMax(where, inputs));
            case Quantization.Int4 q -> new Quantization.Int4(blockSize(q, by), absMax(where, inputs));
            default -> mode;
        };
    }

    private static int blockSize(Quantization.Int4 mode, KerasObject by) {
        if (!by.className().equals("Int4QuantizationConfig")) return mode.blockSize();
        return by.config().get("block_size") instanceof Number n ? n.intValue() : -1;
    }

    private static @Nullable AbsMax absMax(String where, @Nullable Object json) {
        if (json == null) return null;
        KerasObject o = KerasObject.of(where, json);
        AbsMax d = AbsMax.DEFAULTS;
        boolean whole = "int8".equals(o.config().getOrDefault("output_dtype", "int8"));
        if (!o.className().equals("AbsMaxQuantizer") || !whole)
            throw new ModelFormatException(where + ": inputs quantized by " + KerasObject.shortened(json)
                    + " are not supported, only by an AbsMaxQuantizer to int8");
        double lower = d.lower(), upper = d.upper();
        if (o.config().get("value_range") instanceof List<?> l
                && l.size() == 2
                && l.get(0) instanceof Number from
                && l.get(1) instanceof Number to) {
            lower = from.doubleValue();
            upper = to.doubleValue();
        }
        double epsilon = o.config().get("epsilon") instanceof Number n ? n.doubleValue() : d.epsilon();
        return new AbsMax(lower, upper, epsilon, axes(o.config().get("axis")));
    }

    private static @Nullable List<Integer> axes(@Nullable Object json) {
        if (json instanceof Number n) return List.of(n.intValue());
        return json instanceof List<?> l
                ? l.stream().map(a -> ((Number) a).intValue()).toList()
                : null;
    }

    /** Writes a policy: the reverse of {@link #read}. */
    static Map<String, @Nullable Object> write(DTypePolicy policy) {
        Map<String, @Nullable Object> config = new LinkedHashMap<>();
        if (!policy.parts().isEmpty()) {
            Map<String, @Nullable Object> parts = new LinkedHashMap<>();
            policy.parts().forEach((path, part) -> parts.put(path, write(part)));
            config.put("default_policy", policy.name());
            config.put("policy_map", parts);
            return object("DTypePolicyMap", config);
        }
        if (policy.quantization() == null) {
            config.put("name", policy.name());
            return ModelWriter.keras("keras", "DTypePolicy", config);
        }
        config.put("mode", policy.name().substring(0, policy.name().indexOf("_from_")));
        config.put("source_name", policy.sourceName());
        return switch (policy.quantization()) {
            case Quantization.Int8 q -> object("QuantizedDTypePolicy", config);
            case Quantization.Int4 q ->
                object(policy.name().startsWith("int4/") ? "Int4DTypePolicy" : "QuantizedDTypePolicy", config);
            case Quantization.Gptq q -> object("GPTQDTypePolicy", config);
            case Quantization.Awq q -> object("AWQDTypePolicy", config);
            case Quantization.Float8 q -> {
                config.put("amax_history_length", q.amaxHistoryLength());
                yield object("QuantizedFloat8DTypePolicy", config);
            }
        };
    }

    /** A quantization as a {@code quantization_config}; null for one that has none or needs none. */
    static @Nullable Map<String, @Nullable Object> quantizedBy(@Nullable Quantization quantization) {
        return switch (quantization) {
            case Quantization.Int8 q -> quantizer("Int8QuantizationConfig", by(q.inputs()));
            case Quantization.Int4 q -> {
                Map<String, @Nullable Object> config = by(q.inputs());
                config.put("block_size", q.blockSize());
                yield quantizer("Int4QuantizationConfig", config);
            }
            case null, default -> null;
        };
    }

    private static Map<String, @Nullable Object> by(@Nullable AbsMax inputs) {
        Map<String, @Nullable Object> config = new LinkedHashMap<>();
        config.put("weight_quantizer", null);
        Map<String, @Nullable Object> own = new LinkedHashMap<>();
        if (inputs != null) {
            own.put("value_range", List.of(plain(inputs.lower()), plain(inputs.upper())));
            own.put("epsilon", inputs.epsilon());
            own.put("output_dtype", "int8");
            if (inputs.axes() != null) own.put("axis", inputs.axes());
        }
        config.put("activation_quantizer", inputs == null ? null : quantizer("AbsMaxQuantizer", own));
        return config;
    }

    private static Object plain(double x) {
        return x == Math.rint(x) ? (Object) (long) x : (Object) x;
    }

    private static Map<String, @Nullable Object> quantizer(String className, Map<String, @Nullable Object> config) {
        return ModelWriter.keras("keras.quantizers", className, config);
    }

    private static Map<String, @Nullable Object> object(String className, Map<String, @Nullable Object> config) {
        return ModelWriter.keras("keras.dtype_policies", className, config);
    }
}
