package io.argali.converters.savedmodel;

import io.argali.converters.keras.KerasMetadata;
import io.argali.converters.keras.Tensors;
import io.argali.loader.tensorbundle.TensorBundle;
import io.argali.runtime.model.VariableSpec;
import io.argali.runtime.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a SavedModel holds of Keras' layers: weights in the checkpoint, vocabularies in tables that are filled by the graph. */
final class KerasObjects implements KerasMetadata.Objects {
    private final ObjectGraph objects;
    private final Program program;
    private final Supplier<Map<String, Table>> filled;
    private final TensorBundle bundle;
    private @Nullable Map<String, Table> tables;

    KerasObjects(ObjectGraph objects, Program program, Supplier<Map<String, Table>> filled, TensorBundle bundle) {
        this.objects = objects;
        this.program = program;
        this.filled = filled;
        this.bundle = bundle;
    }

    @Override
    public @Nullable List<String> weights(int object) {
        return objects.weights(object);
    }

    @Override
    public @Nullable String weight(VariableSpec spec) {
        return objects.key(spec);
    }

    /** Text layers keep a lookup inside. */
    private int lookup(int object) {
        return Objects.requireNonNullElse(objects.child(object, "_lookup_layer"), object);
    }

    @Override
    public @Nullable SortedMap<Long, Object> tokens(int object) {
        Integer table = objects.child(lookup(object), "lookup_table");
        String creator = table == null ? null : objects.function(table, "_create_resource");
        if (creator == null) return null;
        Table found = null;
        for (Body.Step s : program.function(creator).steps()) {
            if (!s.node().getOp().contains("HashTable")) continue;
            if (tables == null) tables = filled.get();
            found = tables.get(ResourceOps.key(s.node(), s.node().getName()));
        }
        return found == null ? null : byNumber(found);
    }

    /** From tokens to numbers, or the other way where only that is possible. */
    private static SortedMap<Long, Object> byNumber(Table t) {
        SortedMap<Long, Object> r = new TreeMap<>();
        boolean inverted = t.values().array() instanceof String[];
        Tensor numbers = inverted ? t.keys() : t.values(), tokens = inverted ? t.values() : t.keys();
        long[] n = numbers.toLongArray();
        for (int i = 0; i < n.length; i++)
            r.put(n[i], tokens.array() instanceof String[] s ? (Object) s[i] : (Object) tokens.toLongArray()[i]);
        return r;
    }

    @Override
    public @Nullable String variable(int object, String attribute) {
        Integer variable = objects.child(lookup(object), attribute);
        return variable == null ? null : objects.key(variable);
    }

    @Override
    public double[] numbers(String variable) {
        return Tensors.of(variable, bundle.array(variable)).toDoubleArray();
    }
}
