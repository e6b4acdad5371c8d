package io.argali.converters.savedmodel;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a SavedModel does before it can predict: variables take what the checkpoint holds, tables are filled. */
final class Setup implements State {
    /** What the checkpoint holds for a variable, in parts where it was stored in parts. */
    final Map<String, List<Item.Stored>> stored = new LinkedHashMap<>();
    /** Variables that are given a number, not one of the checkpoint. */
    final Map<String, Tensor> assigned = new LinkedHashMap<>();

    final Map<String, Table> tables = new HashMap<>();
    final Map<String, DType> dtypes = new HashMap<>();
    final Map<String, Shape> shapes = new HashMap<>();

    private final Function<Item.Stored, Tensor> checkpoint;
    private final Map<String, String> assets;

    Setup(Function<Item.Stored, Tensor> checkpoint, Map<String, String> assets) {
        this.checkpoint = checkpoint;
        this.assets = assets;
    }

    @Override
    public Value read(Item.Handle variable) {
        List<Item.Stored> s = stored.get(variable.key());
        if (s != null && s.size() == 1) return Value.constant(checkpoint.apply(s.getFirst()));
        Tensor t = assigned.get(variable.key());
        if (t != null) return Value.constant(t);
        throw new ShapeException("the variable \"" + variable.key() + "\" is read before it has a value");
    }

    @Override
    public void assign(Item.Handle variable, Item value) {
        switch (value) {
            case Item.Stored s ->
                stored.computeIfAbsent(variable.key(), k -> new ArrayList<>()).add(s);
            case Item.Dense d
            when d.value().node().op() instanceof io.argali.runtime.op.Op.Constant c ->
                assigned.put(variable.key(), c.tensor());
            default ->
                throw new ShapeException(
                        "gives the variable \"" + variable.key() + "\" something that is not in the checkpoint");
        }
    }

    @Override
    public void declare(Item.Handle variable, DType dtype, @Nullable Shape shape) {
        dtypes.put(variable.key(), dtype);
        if (shape != null) shapes.put(variable.key(), shape);
    }

    @Override
    public Table table(Item.Handle table) {
        Table t = tables.get(table.key());
        if (t == null) throw new ShapeException("the table \"" + table.key() + "\" is empty");
        return t;
    }

    @Override
    public void fill(Item.Handle table, Item keys, Item values) {
        tables.put(table.key(), new Table(tensor(keys), tensor(values)));
    }

    private Tensor tensor(Item item) {
        return switch (item) {
            case Item.Stored s -> checkpoint.apply(s);
            case Item.Dense d ->
                Objects.requireNonNull(new Constants().find(d.value()), "a table's contents are not known");
            default -> throw new ShapeException("a table is filled with no tensor");
        };
    }

    TensorType type(String key, Tensor value) {
        return new TensorType(dtypes.getOrDefault(key, value.dtype()), value.shape());
    }

    @Override
    public int numberOf(Value number) {
        throw new ShapeException("a length depends on the data, before there is any");
    }

    @Override
    public Value random(boolean normal, Shape shape) {
        throw new ShapeException("random numbers are asked for before the model runs");
    }

    @Override
    public @Nullable String asset(String node) {
        return assets.get(node);
    }
}
