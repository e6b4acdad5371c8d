package io.argali.runtime.model;

import io.argali.runtime.model.VariableSpec.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The order of Keras' {@code layer.weights}: a layer's own weights, then what gradients never change, then its states, then those of its inner layers one after the other. It is
 * the order of legacy files and of optimizer slots.
 */
public final class VariableOrder {
    private VariableOrder() {}

    /** All weights of a model in Keras' order. A copy stands for what it is a copy of, which then has its place. */
    public static List<VariableSpec> of(Collection<VariableSpec> specs) {
        List<VariableSpec> all = new ArrayList<>(), ordered = new ArrayList<>();
        collect(List.copyOf(specs), 0, all);
        Map<String, VariableSpec> left = new HashMap<>();
        for (VariableSpec s : specs) left.put(s.path(), s);
        for (VariableSpec s : all) {
            VariableSpec first = left.remove(s.isCopy() ? s.original() : s.path());
            if (first != null && !first.isCopy()) ordered.add(first);
        }
        return ordered;
    }

    /** The weights of each layer of a model, by the layer's name, in Keras' order. */
    public static Map<String, List<VariableSpec>> byLayer(Composite model, Collection<VariableSpec> specs) {
        Map<String, List<VariableSpec>> r = new LinkedHashMap<>();
        model.layers().forEach(l -> r.put(l.name(), new ArrayList<>()));
        for (VariableSpec s : of(specs)) {
            if (s.owners().size() > 1)
                r.computeIfAbsent(s.owners().get(1).attribute(), k -> new ArrayList<>())
                        .add(s);
        }
        return r;
    }

    private static void collect(List<VariableSpec> specs, int depth, List<VariableSpec> ordered) {
        if (specs.isEmpty()) return;
        Map<String, List<VariableSpec>> inner = new LinkedHashMap<>();
        if (specs.get(0).owners().get(depth).layer() instanceof Composite c)
            c.layers().forEach(l -> inner.put(l.name(), new ArrayList<>()));
        // What is overwritten belongs to the quantization, which Keras builds first.
        for (Kind kind : List.of(Kind.OVERWRITTEN, Kind.WEIGHT, Kind.FROZEN, Kind.STATE)) {
            for (VariableSpec s : specs) if (s.owners().size() == depth + 1 && s.kind() == kind) ordered.add(s);
        }
        for (VariableSpec s : specs) {
            if (s.owners().size() > depth + 1)
                inner.computeIfAbsent(s.owners().get(depth + 1).attribute(), k -> new ArrayList<>())
                        .add(s);
        }
        inner.values().forEach(list -> collect(list, depth + 1, ordered));
    }
}
