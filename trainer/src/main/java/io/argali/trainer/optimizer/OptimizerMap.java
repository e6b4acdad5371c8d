package io.argali.trainer.optimizer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Which optimizer a weight goes by.
 *
 * @param optimizerMap optimizers by the path of a weight, or by a regular expression that is the whole path
 */
public record OptimizerMap(Optimizer defaultOptimizer, Map<String, Optimizer> optimizerMap) {
    public static final OptimizerMap DEFAULTS = new OptimizerMap(SGD.DEFAULTS, Map.of());

    public OptimizerMap {
        optimizerMap = Collections.unmodifiableMap(new LinkedHashMap<>(optimizerMap));
        List<Optimizer> all = new ArrayList<>(optimizerMap.values());
        all.add(defaultOptimizer);
        for (Optimizer o : all) {
            if (!(o instanceof UpdateRule))
                throw new IllegalArgumentException(
                        "a MultiOptimizer cannot hold a " + o.getClass().getSimpleName());
        }
    }

    /**
     * The optimizer of a weight.
     *
     * @throws IllegalArgumentException if two expressions match
     */
    Optimizer find(String path) {
        Optimizer exact = optimizerMap.get(path);
        if (exact != null) return exact;
        List<String> matches = optimizerMap.keySet().stream()
                .filter(p -> Pattern.matches(p, path))
                .toList();
        if (matches.size() > 1)
            throw new IllegalArgumentException("weight " + path + " has several optimizers, by " + matches);
        return matches.isEmpty() ? defaultOptimizer : optimizerMap.getOrDefault(matches.get(0), defaultOptimizer);
    }

    /** Each optimizer once, the default last unless it is in the map: the order of their states in files. */
    List<UpdateRule> distinct() {
        List<Optimizer> all = new ArrayList<>(optimizerMap.values());
        all.add(defaultOptimizer);
        List<UpdateRule> r = new ArrayList<>();
        // The same optimizer, not an equal one: two of the same configuration have states of their own.
        for (Optimizer o : all) if (o instanceof UpdateRule u && r.stream().noneMatch(x -> x == u)) r.add(u);
        return r;
    }
}
