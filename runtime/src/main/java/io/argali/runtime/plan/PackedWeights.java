package io.argali.runtime.plan;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Weights rearranged for kernels, shared by all plans of a model. */
final class PackedWeights {
    private final Map<Object, float[]> arrays = new HashMap<>();

    /** The array under this key, made if it is new. */
    synchronized float[] get(Object key, Supplier<float[]> make) {
        float[] known = arrays.get(key);
        if (known == null) {
            known = make.get();
            arrays.put(key, known);
        }
        return known;
    }
}
