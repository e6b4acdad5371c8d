package io.argali.converters.savedmodel;

import io.argali.converters.UnsupportedModelException;
import io.argali.loader.protobuf.AttrValue;
import io.argali.loader.protobuf.NodeDef;
import io.argali.runtime.op.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** TensorFlow's operations, by family, as rows: a name, and what it is in ours. */
final class OpTable {
    /** What a node gives for its inputs and attributes. */
    interface Row {
        List<Item> apply(Call call);
    }

    /**
     * An operation.
     *
     * @param outputs the names of its outputs where it has several; empty where all are one list. {@code name*attribute} is a list, as long as the
     *     attribute says
     */
    record Entry(List<String> outputs, Row row) {
        /** The place of the first output of a name, among all. */
        int offset(NodeDef node, String output) {
            int at = 0;
            for (String o : outputs) {
                int star = o.indexOf('*');
                if (output.equals(star < 0 ? o : o.substring(0, star))) return at;
                at += star < 0 ? 1 : length(node.getAttrMap().get(o.substring(star + 1)));
            }
            return 0;
        }

        private static int length(@Nullable AttrValue a) {
            if (a == null) return 0;
            return a.hasList() ? a.getList().getTypeCount() : Math.toIntExact(a.getI());
        }
    }

    private static final Map<String, Entry> ROWS = rows();

    private final Map<String, Entry> rows = new HashMap<>();

    private static Map<String, Entry> rows() {
        OpTable t = new OpTable();
        ElementwiseOps.add(t);
        ShapeOps.add(t);
        MovementOps.add(t);
        IndexingOps.add(t);
        ReductionOps.add(t);
        NeuralOps.add(t);
        ImageOps.add(t);
        LinalgOps.add(t);
        ControlOps.add(t);
        ListOps.add(t);
        ResourceOps.add(t);
        TextOps.add(t);
        ExampleOps.add(t);
        DecodingOps.add(t);
        SpecialOps.add(t);
        SegmentOps.add(t);
        SparseOps.add(t);
        SetOps.add(t);
        RaggedOps.add(t);
        DetectionOps.add(t);
        RandomOps.add(t);
        QuantizationOps.add(t);
        GradientOps.add(t);
        ComplexOps.add(t);
        return Map.copyOf(t.rows);
    }

    private OpTable() {}

    /** The names of all operations of the table. */
    static Set<String> names() {
        return new TreeSet<>(ROWS.keySet());
    }

    static Entry find(String op) {
        Entry e = ROWS.get(op);
        if (e == null) throw new UnsupportedModelException("the TensorFlow operation " + op + " is not supported");
        return e;
    }

    /** Those of some operations that the table lacks, in alphabetical order. */
    static List<String> missing(Collection<String> ops) {
        return ops.stream().filter(o -> !ROWS.containsKey(o)).sorted().toList();
    }

    // Rows

    void items(String name, Row row) {
        items(name, List.of(), row);
    }

    void items(String name, List<String> outputs, Row row) {
        if (rows.put(name, new Entry(outputs, row)) != null) throw new IllegalStateException(name + " stands twice");
    }

    /** Puts another row before one that is there already. */
    void before(String name, UnaryOperator<Row> wrapper) {
        rows.computeIfPresent(name, (n, e) -> new Entry(e.outputs(), wrapper.apply(e.row())));
    }

    void many(String name, List<String> outputs, Function<Call, List<Value>> f) {
        items(name, outputs, c -> dense(f.apply(c)));
    }

    void one(String name, Function<Call, Value> f) {
        items(name, c -> List.of(new Item.Dense(f.apply(c))));
    }

    void unary(String name, UnaryOperator<Value> f) {
        one(name, c -> f.apply(c.value(0)));
    }

    void binary(String name, BinaryOperator<Value> f) {
        one(name, c -> f.apply(c.value(0), c.value(1)));
    }

    static List<Item> dense(List<Value> values) {
        List<Item> r = new ArrayList<>();
        for (Value v : values) r.add(new Item.Dense(v));
        return r;
    }
}
