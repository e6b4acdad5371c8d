package io.argali.converters.savedmodel;

import io.argali.loader.ModelFormatException;
import io.argali.loader.protobuf.AttrValue;
import io.argali.loader.protobuf.NodeDef;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Variables, tables, and what a checkpoint gives them. */
final class ResourceOps {
    private static final int MOST_LINES = 1 << 24;

    /** The shared name of what has none. */
    private static final String ANONYMOUS = "cd2c89b7-88b7-44c8-ad83-06c2a9158347";

    private ResourceOps() {}

    static void add(OpTable t) {
        variables(t);
        tables(t);
        t.items("RestoreV2", List.of(), ResourceOps::restore);
    }

    private static void variables(OpTable t) {
        for (String name : List.of("VarHandleOp", "VariableV2", "Variable")) t.items(name, ResourceOps::variable);
        t.one("ReadVariableOp", c -> c.tracer().state().read(c.handle(0)));
        t.items("DisableCopyOnRead", c -> List.of());
        t.one("VarIsInitializedOp", c -> Value.scalar(DType.BOOL, 1));
        t.one("IsVariableInitialized", c -> Value.scalar(DType.BOOL, 1));
        t.one(
                "VariableShape",
                c -> ShapeOps.shapeOf(c.tracer().state().read(c.handle(0)), c.type("out_type", DType.INT32)));
        t.one(
                "ResourceGather",
                c -> IndexingOps.gather(
                        c.tracer().state().read(c.handle(0)),
                        c.value(1),
                        c.integer("batch_dims", 0),
                        c.integer("batch_dims", 0)));
        t.one("ResourceGatherNd", c -> IndexingOps.gatherNd(c.tracer().state().read(c.handle(0)), c.value(1)));
        t.items("AssignVariableOp", c -> {
            c.tracer().state().assign(c.handle(0), c.item(1));
            return List.of();
        });
        t.items("Assign", c -> {
            c.tracer().state().assign(c.handle(0), c.item(1));
            return List.of(c.item(0));
        });
        t.items("AssignAddVariableOp", c -> {
            State s = c.tracer().state();
            s.assign(c.handle(0), new Item.Dense(s.read(c.handle(0)).add(c.value(1))));
            return List.of();
        });
        t.items("AssignSubVariableOp", c -> {
            State s = c.tracer().state();
            s.assign(c.handle(0), new Item.Dense(s.read(c.handle(0)).subtract(c.value(1))));
            return List.of();
        });
    }

    /** Two nodes of one shared name are the same. */
    static String key(NodeDef node, String path) {
        AttrValue shared = node.getAttrMap().get("shared_name");
        String name = shared == null ? "" : shared.getS().toStringUtf8();
        return name.isEmpty() || name.equals(ANONYMOUS) ? path : name;
    }

    private static List<Item> variable(Call c) {
        Shape shape = c.shape("shape");
        if (shape == null || shape.toList().contains(Shape.UNKNOWN)) shape = null;
        Item.Handle h = new Item.Handle(
                key(c.node(), c.path()),
                c.node().getOp().equals("VarHandleOp") ? Item.Handle.Kind.VARIABLE : Item.Handle.Kind.REFERENCE);
        c.tracer().state().declare(h, c.type("dtype"), shape);
        return List.of(h);
    }

    private static void tables(OpTable t) {
        for (String name : List.of(
                "HashTableV2",
                "HashTable",
                "MutableHashTableV2",
                "MutableHashTable",
                "MutableHashTableOfTensorsV2",
                "AnonymousHashTable",
                "AnonymousMutableHashTable",
                "MutableDenseHashTableV2",
                "MutableDenseHashTable",
                "AnonymousMutableDenseHashTable")) {
            t.items(name, c -> List.of(new Item.Handle(key(c.node(), c.path()), Item.Handle.Kind.TABLE)));
        }
        for (String name : List.of("LookupTableFindV2", "LookupTableFind")) {
            t.one(
                    name,
                    c -> new Table.Lookup(table(c)).on(c.value(1), c.value(2)).get(0));
        }
        for (String name : List.of("LookupTableSizeV2", "LookupTableSize")) {
            t.one(name, c -> Value.scalar(DType.INT64, table(c).size()));
        }
        t.many(
                "LookupTableExportV2",
                List.of("keys", "values"),
                c -> List.of(Value.constant(table(c).keys()), Value.constant(table(c).values())));
        for (String name :
                List.of("LookupTableImportV2", "InitializeTableV2", "InitializeTable", "LookupTableInsertV2")) {
            t.items(name, c -> {
                c.tracer().state().fill(c.handle(0), c.item(1), c.item(2));
                return List.of();
            });
        }
        for (String name : List.of("InitializeTableFromTextFileV2", "InitializeTableFromTextFile")) {
            t.items(name, ResourceOps::fillFromFile);
        }
    }

    private static Table table(Call c) {
        return c.tracer().state().table(c.handle(0));
    }

    private static List<Item> fillFromFile(Call c) {
        Path file = Path.of(c.known(1).strings()[0]);
        List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new ModelFormatException("its vocabulary " + file + " cannot be read: " + e.getMessage(), e);
        }
        if (lines.size() > MOST_LINES) throw new ModelFormatException(file + " has too many lines");
        c.tracer()
                .state()
                .fill(
                        c.handle(0),
                        column(c, lines, c.integer("key_index", -2), file),
                        column(c, lines, c.integer("value_index", -1), file));
        return List.of();
    }

    /** -2 is the whole line, -1 its number. */
    private static Item column(Call c, List<String> lines, int index, Path file) {
        int size = c.integer("vocab_size", -1), offset = c.integer("offset", 0);
        List<String> used = lines.subList(Math.min(offset, lines.size()), lines.size());
        if (size > used.size())
            throw new ModelFormatException(file + " has " + used.size() + " lines, expected " + size);
        if (size > 0) used = used.subList(0, size);
        int n = used.size();
        if (index == -1) return new Item.Dense(Value.iota(DType.INT64, Shape.of(n), 0));
        String delimiter = c.text("delimiter", "\t");
        String[] text = new String[n];
        for (int i = 0; i < n; i++) {
            String[] parts = index == -2
                    ? new String[] {used.get(i)}
                    : used.get(i).split(java.util.regex.Pattern.quote(delimiter), -1);
            int at = Math.max(0, index);
            if (at >= parts.length) throw new ModelFormatException(file + ": line " + (i + 1) + " has no column " + at);
            text[i] = parts[at];
        }
        return new Item.Dense(Value.constant(Tensor.wrap(DType.STRING, Shape.of(n), text)));
    }

    private static List<Item> restore(Call c) {
        String[] names = c.known(1).strings(), slices = c.known(2).strings();
        if (names.length != slices.length)
            throw new ModelFormatException("names " + names.length + " arrays and " + slices.length + " parts");
        List<Item> r = new ArrayList<>();
        for (int i = 0; i < names.length; i++) r.add(new Item.Stored(names[i], slices[i]));
        return r;
    }

    static ShapeException changes(Item.Handle h) {
        return new ShapeException("changes \"" + h.key() + "\" while it runs, which is not supported");
    }
}
