package io.argali.converters.savedmodel;

import io.argali.converters.keras.Tensors;
import io.argali.loader.ArrayData;
import io.argali.loader.ElementType;
import io.argali.runtime.layer.preprocessing.StringHash;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Strings whose bytes are numbers, and lines of comma-separated values. */
final class DecodingOps {
    private DecodingOps() {}

    static void add(OpTable t) {
        t.one("DecodeRaw", c -> {
            Value text = c.value(0);
            DType type = c.type("out_type");
            Shape shape = text.shape().insert(text.rank(), Shape.UNKNOWN);
            return HostFunction.measured(c, List.of(new TensorType(type, shape)), List.of(text), in -> {
                        byte[][] rows = rows(in.getFirst());
                        int length = rows.length == 0 ? 0 : rows[0].length;
                        return List.of(numbers(c, rows, length, type, text.shape()));
                    })
                    .getFirst();
        });
        t.one("DecodePaddedRaw", c -> {
            Value text = c.value(0);
            DType type = c.type("out_type");
            int length = c.scalar(1);
            Shape shape = text.shape().insert(text.rank(), length / width(type));
            return HostFunction.of(c, type, shape, List.of(text), in -> {
                byte[][] rows = rows(in.getFirst());
                for (int i = 0; i < rows.length; i++) rows[i] = Arrays.copyOf(rows[i], length);
                return List.of(numbers(c, rows, length, type, text.shape()));
            });
        });
        t.many("DecodeCSV", List.of(), DecodingOps::columns);
    }

    private static byte[][] rows(Tensor texts) {
        return Arrays.stream(texts.strings()).map(StringHash::bytes).toArray(byte[][]::new);
    }

    private static int width(DType type) {
        return ElementType.valueOf(type.name()).bytes();
    }

    private static Tensor numbers(Call c, byte[][] rows, int length, DType type, Shape shape) {
        if (length % width(type) != 0)
            throw new ShapeException(length + " bytes are no whole number of " + type.kerasName());
        byte[] all = new byte[rows.length * length];
        for (int i = 0; i < rows.length; i++) {
            if (rows[i].length != length)
                throw new ShapeException("string " + i + " has " + rows[i].length + " bytes, the first has " + length);
            System.arraycopy(rows[i], 0, all, i * length, length);
        }
        Shape found = shape.insert(shape.rank(), length / width(type));
        return Tensors.of(
                c.node().getName(),
                ArrayData.of(
                        ElementType.valueOf(type.name()),
                        found.toList().stream().mapToLong(n -> n).toArray(),
                        MemorySegment.ofArray(all),
                        c.flag("little_endian", true) ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN));
    }

    // Comma-separated values

    private static List<Value> columns(Call c) {
        Value records = c.value(0);
        List<DType> types = c.typeList("OUT_TYPE");
        List<Integer> chosen = c.integers("select_cols");
        String missing = c.text("na_value", "");
        char delimiter = c.text("field_delim", ",").charAt(0);
        boolean quotes = c.flag("use_quote_delim", true);
        List<Value> inputs = new ArrayList<>(List.of(records));
        inputs.addAll(c.values(1, 1 + types.size()));
        List<TensorType> out =
                types.stream().map(t -> new TensorType(t, records.shape())).toList();
        return HostFunction.of(c, out, inputs, in -> {
            String[] lines = in.getFirst().strings();
            Object[] arrays =
                    types.stream().map(t -> Tensor.newArray(t, lines.length)).toArray();
            for (int row = 0; row < lines.length; row++) {
                List<String> fields = fields(lines[row], delimiter, quotes);
                if (chosen.isEmpty() && fields.size() != types.size())
                    throw new ShapeException(
                            "line " + row + " has " + fields.size() + " fields, expected " + types.size());
                for (int k = 0; k < types.size(); k++) {
                    int at = chosen.isEmpty() ? k : chosen.get(k);
                    if (at >= fields.size()) throw new ShapeException("line " + row + " has no field " + at);
                    put(arrays[k], row, fields.get(at), missing, in.get(1 + k), at);
                }
            }
            List<Tensor> r = new ArrayList<>();
            for (int k = 0; k < arrays.length; k++) r.add(Tensor.wrap(types.get(k), records.shape(), arrays[k]));
            return r;
        });
    }

    private static void put(Object to, int row, String field, String missing, Tensor otherwise, int column) {
        boolean given = !field.isEmpty() && !field.equals(missing);
        if (!given && otherwise.size() == 0)
            throw new ShapeException("line " + row + " has no field " + column + ", which has no default");
        try {
            switch (to) {
                case String[] a -> a[row] = given ? field : otherwise.strings()[0];
                case float[] a ->
                    a[row] = given ? Float.parseFloat(field.strip()) : otherwise.floats()[0];
                case double[] a -> a[row] = given ? Double.parseDouble(field.strip()) : otherwise.item();
                case int[] a ->
                    a[row] = given ? Integer.parseInt(field.strip()) : otherwise.ints()[0];
                case long[] a ->
                    a[row] = given ? Long.parseLong(field.strip()) : otherwise.longs()[0];
                default -> throw new IllegalStateException();
            }
        } catch (NumberFormatException e) {
            throw new ShapeException("field " + column + " of line " + row + ", \"" + field + "\", is no number");
        }
    }

    /** A field in quotes may hold delimiters, and quotes written twice. */
    private static List<String> fields(String line, char delimiter, boolean quotes) {
        List<String> r = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean inside = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quotes && c == '"') {
                boolean twice = inside && i + 1 < line.length() && line.charAt(i + 1) == '"';
                if (twice) field.append(line.charAt(i++));
                else inside = !inside;
            } else if (c == delimiter && !inside) {
                r.add(field.toString());
                field.setLength(0);
            } else field.append(c);
        }
        r.add(field.toString());
        return r;
    }
}
