package io.argali.runtime.model;

import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.core.InputLayer;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A tensor of a model that is being written in Java, as Keras' functional style has it:
 * <pre>{@code
 * Symbol pixels = Symbol.input("pixels", 784);
 * Symbol hidden = pixels.then(new Dense(64, Activation.RELU, true, GLOROT_UNIFORM, ZEROS));
 * Model model = Model.of("mlp", Functional.of(List.of(pixels), List.of(hidden.then(...))), 42);
 * }</pre>
 * A layer that is called twice under one {@link Instance} shares its weights.
 */
public final class Symbol {
    private final SymbolCall call;
    private final int output;

    private Symbol(SymbolCall call, int output) {
        this.call = call;
        this.output = output;
    }

    /** One call of a layer; layers without a name get Keras' default one. */
    private record SymbolCall(@Nullable Instance named, Layer layer, List<?> arguments, Map<String, ?> keywords) {}

    /** A float32 input of the given shape, without batch axis. */
    public static Symbol input(String name, int... shape) {
        return input(name, DType.FLOAT32, shape);
    }

    /** An input of the given shape, without batch axis; lengths may be {@link Shape#UNKNOWN}. */
    public static Symbol input(String name, DType dtype, int... shape) {
        InputLayer layer = new InputLayer(Shape.of(shape).insert(0, Shape.UNKNOWN), dtype, false, false, false);
        return new Symbol(new SymbolCall(Instance.of(name, layer), layer, List.of(), Map.of()), 0);
    }

    /** This tensor through a layer. */
    public Symbol then(Layer layer) {
        return call(layer, List.of(this), Map.of());
    }

    /** This tensor through a layer with a name. */
    public Symbol then(Instance layer) {
        return call(layer, List.of(this), Map.of());
    }

    /**
     * Calls a layer.
     *
     * @param arguments symbols, or lists of them
     */
    public static Symbol call(Layer layer, List<?> arguments, Map<String, ?> keywords) {
        return new Symbol(new SymbolCall(null, layer, arguments, keywords), 0);
    }

    /** Calls a layer with a name; every call of one instance shares its weights. */
    public static Symbol call(Instance layer, List<?> arguments, Map<String, ?> keywords) {
        return new Symbol(new SymbolCall(layer, layer.layer(), arguments, keywords), 0);
    }

    /** Several tensors through a layer that takes a list: {@code Symbol.merge(new Add(), a, b)}. */
    public static Symbol merge(Layer layer, Symbol... tensors) {
        return call(layer, List.of(List.of(tensors)), Map.of());
    }

    /** Another result of the same call, from 0. */
    public Symbol output(int i) {
        return new Symbol(call, i);
    }

    /** The model between some inputs and outputs. */
    static Functional functional(List<Symbol> inputs, List<Symbol> outputs) {
        return new Builder().build(inputs, outputs);
    }

    private static final class Builder {
        private final Map<SymbolCall, Ref> made = new IdentityHashMap<>();
        private final Map<String, Instance> layers = new LinkedHashMap<>();
        private final Map<String, Integer> calls = new HashMap<>();
        private final Map<String, Integer> defaults = new HashMap<>();
        private final List<LayerCall> order = new ArrayList<>();

        Functional build(List<Symbol> inputs, List<Symbol> outputs) {
            List<Ref> in = inputs.stream().map(this::ref).toList();
            List<Ref> out = outputs.stream().map(this::ref).toList();
            return new Functional(List.copyOf(layers.values()), order, in, out);
        }

        private Ref ref(Symbol s) {
            Ref first = made.get(s.call);
            if (first == null) first = make(s.call);
            return new Ref(first.layer(), first.call(), s.output);
        }

        private Ref make(SymbolCall c) {
            Object arguments = Structure.map(c.arguments, leaf -> leaf instanceof Symbol s ? ref(s) : leaf);
            Object keywords = Structure.map(c.keywords, leaf -> leaf instanceof Symbol s ? ref(s) : leaf);
            Instance layer =
                    c.named != null ? c.named : Instance.of(Sequential.defaultName(c.layer, defaults), c.layer);
            Instance known = layers.putIfAbsent(layer.name(), layer);
            if (known != null && known != layer) {
                throw new IllegalArgumentException("two layers are called \"" + layer.name() + "\"");
            }
            int n = calls.merge(layer.name(), 1, Integer::sum) - 1;
            Ref ref = new Ref(layer.name(), n, 0);
            made.put(c, ref);
            if (!(layer.layer() instanceof InputLayer))
                order.add(new LayerCall(layer.name(), n, list(arguments), keys(keywords)));
            return ref;
        }

        private static List<?> list(@Nullable Object o) {
            return o instanceof List<?> l ? l : List.of();
        }

        private static Map<String, ?> keys(@Nullable Object o) {
            Map<String, Object> r = new LinkedHashMap<>();
            if (o instanceof Map<?, ?> m) {
                m.forEach((k, v) -> {
                    if (v != null) r.put(String.valueOf(k), v);
                });
            }
            return r;
        }
    }
}
