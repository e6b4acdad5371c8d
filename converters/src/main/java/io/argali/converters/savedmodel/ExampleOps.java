package io.argali.converters.savedmodel;

import com.google.protobuf.InvalidProtocolBufferException;
import io.argali.loader.ByteText;
import io.argali.loader.protobuf.Example;
import io.argali.loader.protobuf.Feature;
import io.argali.runtime.layer.preprocessing.StringHash;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Serialized {@code tf.train.Example} records, which estimators' and TensorFlow Serving's models take, to tensors by feature. */
final class ExampleOps {
    private ExampleOps() {}

    static void add(OpTable t) {
        t.many("ParseExampleV2", outputs("num_sparse", true), c -> {
            int dense = c.types("Tdense");
            return new Parser(
                            c,
                            c.value(0).rank() == 0,
                            keys(c.known(2)),
                            keys(c.known(3)),
                            keys(c.known(4)),
                            c.values(5, 5 + dense))
                    .parsed();
        });
        t.many("ParseExample", outputs("Nsparse", false), c -> {
            int sparse = c.integer("Nsparse", 0), dense = c.integer("Ndense", 0), at = 2 + sparse;
            return new Parser(
                            c,
                            false,
                            IntStream.range(2, at)
                                    .mapToObj(i -> c.known(i).strings()[0])
                                    .toList(),
                            IntStream.range(at, at + dense)
                                    .mapToObj(i -> c.known(i).strings()[0])
                                    .toList(),
                            List.of(),
                            c.values(at + dense, at + 2 * dense))
                    .parsed();
        });
        t.many("ParseSingleExample", outputs("num_sparse", false), c -> {
            int dense = c.types("Tdense");
            return new Parser(c, true, c.texts("sparse_keys"), c.texts("dense_keys"), List.of(), c.values(1, 1 + dense))
                    .parsed();
        });
    }

    private static List<String> outputs(String sparse, boolean ragged) {
        List<String> r = new ArrayList<>(List.of(
                "sparse_indices*" + sparse,
                "sparse_values*sparse_types",
                "sparse_shapes*" + sparse,
                "dense_values*Tdense"));
        if (ragged) r.addAll(List.of("ragged_values*ragged_value_types", "ragged_row_splits*ragged_split_types"));
        return List.copyOf(r);
    }

    private static List<String> keys(Tensor t) {
        return List.of(t.strings());
    }

    /** What one node reads. */
    private record Parser(
            Call c,
            boolean single,
            List<String> sparse,
            List<String> dense,
            List<String> ragged,
            List<Value> defaults) {
        List<Value> parsed() {
            Value text = c.value(0);
            if (text.rank() > 1) throw new ShapeException("takes a vector of records, got " + text.type());
            List<DType> sparseTypes = c.typeList("sparse_types"),
                    denseTypes = c.typeList("Tdense"),
                    raggedTypes = c.typeList("ragged_value_types"),
                    splitTypes = c.typeList("ragged_split_types");
            List<Shape> shapes = c.shapes("dense_shapes");
            int batch = text.shape().size(), rank = single ? 1 : 2;
            List<TensorType> types = new ArrayList<>();
            for (int i = 0; i < sparse.size(); i++) types.add(TensorType.of(DType.INT64, Shape.UNKNOWN, rank));
            for (DType t : sparseTypes) types.add(TensorType.of(t, Shape.UNKNOWN));
            for (int i = 0; i < sparse.size(); i++) types.add(TensorType.of(DType.INT64, rank));
            for (int i = 0; i < dense.size(); i++) {
                Shape s = shapes.get(i);
                types.add(new TensorType(denseTypes.get(i), single ? s : s.insert(0, batch)));
            }
            for (DType t : raggedTypes) types.add(TensorType.of(t, Shape.UNKNOWN));
            for (DType t : splitTypes) types.add(TensorType.of(t, single ? 0 : batch + 1));
            List<Value> inputs = new ArrayList<>(List.of(text));
            inputs.addAll(defaults);
            return HostFunction.measured(c, types, inputs, in -> {
                List<Example> records = records(in.getFirst().strings());
                List<Tensor> indices = new ArrayList<>(), values = new ArrayList<>(), lengths = new ArrayList<>();
                for (int i = 0; i < sparse.size(); i++) {
                    Column column = Column.of(records, sparse.get(i), sparseTypes.get(i));
                    indices.add(column.indices(single));
                    values.add(column.joined());
                    lengths.add(column.lengths(single));
                }
                List<Tensor> denseValues = new ArrayList<>(),
                        raggedValues = new ArrayList<>(),
                        splits = new ArrayList<>();
                for (int i = 0; i < dense.size(); i++) {
                    Column column = Column.of(records, dense.get(i), denseTypes.get(i));
                    Shape each = shapes.get(i);
                    denseValues.add(column.dense(each, in.get(1 + i), single));
                }
                for (int i = 0; i < ragged.size(); i++) {
                    Column column = Column.of(records, ragged.get(i), raggedTypes.get(i));
                    raggedValues.add(column.joined());
                    splits.add(
                            single ? Tensor.zeros(splitTypes.get(i), Shape.of(0)) : column.splits(splitTypes.get(i)));
                }
                List<Tensor> all = new ArrayList<>(indices);
                for (List<Tensor> more : List.of(values, lengths, denseValues, raggedValues, splits)) all.addAll(more);
                return all;
            });
        }
    }

    private static List<Example> records(String[] texts) {
        List<Example> r = new ArrayList<>();
        for (String s : texts) {
            try {
                r.add(Example.parseFrom(StringHash.bytes(s)));
            } catch (InvalidProtocolBufferException e) {
                throw new ShapeException("record " + r.size() + " is no serialized tf.train.Example (numpy drops zero"
                        + " bytes at the end of strings): " + e.getMessage());
            }
        }
        return r;
    }

    /**
     * A feature of all records.
     *
     * @param parts its elements by record; null where a record lacks it
     */
    private record Column(String key, DType type, List<@Nullable Tensor> parts) {
        static Column of(List<Example> records, String key, DType type) {
            List<@Nullable Tensor> parts = new ArrayList<>();
            for (Example e : records) {
                Feature f = e.getFeatures().getFeatureMap().get(key);
                parts.add(
                        f == null || f.getKindCase() == Feature.KindCase.KIND_NOT_SET
                                ? null
                                : elements(parts.size(), key, f, type));
            }
            return new Column(key, type, parts);
        }

        private static Tensor elements(int record, String key, Feature f, DType type) {
            DType found = switch (f.getKindCase()) {
                case BYTES_LIST -> DType.STRING;
                case FLOAT_LIST -> DType.FLOAT32;
                default -> DType.INT64;
            };
            if (found != type)
                throw new ShapeException("record " + record + ": feature \"" + key + "\" holds " + found.kerasName()
                        + ", expected " + type.kerasName());
            return switch (found) {
                case STRING ->
                    Tensor.of(f.getBytesList().getValueList().stream()
                            .map(b -> ByteText.of(b.toByteArray()))
                            .toArray(String[]::new));
                case FLOAT32 -> {
                    float[] x = new float[f.getFloatList().getValueCount()];
                    for (int i = 0; i < x.length; i++) x[i] = f.getFloatList().getValue(i);
                    yield Tensor.of(x);
                }
                default ->
                    Tensor.of(f.getInt64List().getValueList().stream()
                            .mapToLong(v -> v)
                            .toArray());
            };
        }

        private int count(int record) {
            Tensor t = parts.get(record);
            return t == null ? 0 : t.size();
        }

        private int longest() {
            return IntStream.range(0, parts.size()).map(this::count).max().orElse(0);
        }

        private int all() {
            return IntStream.range(0, parts.size()).map(this::count).sum();
        }

        Tensor joined() {
            Object to = Tensor.newArray(type, all());
            int at = 0;
            for (Tensor t : parts) if (t != null) at = put(t, to, at);
            return Tensor.wrap(type, Shape.of(at), to);
        }

        @SuppressWarnings("SuspiciousSystemArraycopy") // both are arrays of one kind
        private static int put(Tensor t, Object to, int at) {
            System.arraycopy(t.array(), 0, to, at, t.size());
            return at + t.size();
        }

        Tensor indices(boolean single) {
            int rank = single ? 1 : 2, at = 0;
            long[] r = new long[all() * rank];
            for (int i = 0; i < parts.size(); i++) {
                for (int k = 0; k < count(i); k++) {
                    if (!single) r[at++] = i;
                    r[at++] = k;
                }
            }
            return Tensor.of(r, r.length / rank, rank);
        }

        Tensor lengths(boolean single) {
            return single ? Tensor.of(new long[] {longest()}, 1) : Tensor.of(new long[] {parts.size(), longest()}, 2);
        }

        Tensor splits(DType as) {
            long[] r = new long[parts.size() + 1];
            for (int i = 0; i < parts.size(); i++) r[i + 1] = r[i] + count(i);
            return Tensor.of(r, r.length).cast(as);
        }

        /** One tensor, with a default for records that lack the feature; of an open length, padded with it. */
        Tensor dense(Shape each, Tensor otherwise, boolean single) {
            boolean open = each.rank() > 0 && each.dim(0) == Shape.UNKNOWN;
            int stride = (open ? each.without(0) : each).size(),
                    n = open ? (longest() + stride - 1) / Math.max(1, stride) : 1;
            Object to = Tensor.newArray(type, parts.size() * n * stride);
            for (int i = 0; i < parts.size(); i++) {
                int from = i * n * stride, to1 = from + n * stride;
                Tensor t = parts.get(i);
                if (t == null && !open) {
                    if (otherwise.size() == 0)
                        throw new ShapeException(
                                "record " + i + ": feature \"" + key + "\" is missing, and has no default");
                    t = otherwise;
                }
                if (t != null && (open ? t.size() % stride != 0 : t.size() != stride))
                    throw new ShapeException("record " + i + ": feature \"" + key + "\" has " + t.size()
                            + " elements, expected " + each);
                fill(to, t == null ? from : put(t, to, from), to1, otherwise);
            }
            Shape shape = open ? each.without(0).insert(0, n) : each;
            return Tensor.wrap(type, single ? shape : shape.insert(0, parts.size()), to);
        }

        private static void fill(Object to, int from, int end, Tensor with) {
            boolean given = with.size() == 1;
            switch (to) {
                case String[] a -> Arrays.fill(a, from, end, given ? with.strings()[0] : "");
                case float[] a -> Arrays.fill(a, from, end, given ? with.floats()[0] : 0);
                default -> Arrays.fill((long[]) to, from, end, given ? with.longs()[0] : 0);
            }
        }
    }
}
