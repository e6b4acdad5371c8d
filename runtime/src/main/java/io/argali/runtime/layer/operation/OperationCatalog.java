package io.argali.runtime.layer.operation;

import io.argali.runtime.layer.operation.OperationLayer.Operation;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Keras' operations by module and class, {@code numpy.Add} for {@code keras.src.ops.numpy.Add}. */
public final class OperationCatalog {
    private static final Map<String, Operation> TABLE = table();

    private OperationCatalog() {}

    private static Map<String, Operation> table() {
        Map<String, Operation> all = new HashMap<>();
        Stream.of(
                        CoreOperations.table(),
                        NumpyOperations.table(),
                        NnOperations.table(),
                        MathOperations.table(),
                        LinalgOperations.table(),
                        ImageOperations.table())
                .forEach(t -> all.putAll(t.rows()));
        return Collections.unmodifiableMap(all);
    }

    /** The operation of this module and class, or null. */
    public static @Nullable Operation find(String name) {
        return TABLE.get(name);
    }

    /** The name of the only operation with this class name, whatever its module; null if none or several. */
    public static @Nullable String findByClass(String className) {
        String found = null;
        for (String name : TABLE.keySet()) {
            if (name.substring(name.indexOf('.') + 1).equals(className)) {
                if (found != null) return null;
                found = name;
            }
        }
        return found;
    }

    /** All names, {@code module.Class}. */
    public static Set<String> names() {
        return TABLE.keySet();
    }
}
