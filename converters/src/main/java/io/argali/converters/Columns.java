package io.argali.converters;

import io.argali.loader.ArrayData;
import io.argali.loader.ElementType;
import io.argali.runtime.model.InputSpec;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Columns of a table, put together as a model takes them. */
public final class Columns {
    private Columns() {}

    /**
     * The inputs of a model by name. With one input, all columns are its features; with several, each column belongs to the input of its name, or
     * of its name and a number: {@code size_0}.
     *
     * @param where for messages
     * @throws IllegalArgumentException if columns are missing, too many, or of text where numbers are expected
     */
    public static Map<String, ArrayData> toInputs(String where, Map<String, ArrayData> columns, List<InputSpec> specs) {
        Map<String, ArrayData> inputs = new LinkedHashMap<>();
        for (InputSpec s : specs) {
            List<ArrayData> own = new ArrayList<>();
            columns.forEach((name, column) -> {
                boolean belongs = specs.size() == 1
                        || name.equals(s.name())
                        || name.matches(Pattern.quote(s.name()) + "[_.]\\d+");
                if (belongs) own.add(column);
            });
            if (own.isEmpty()) {
                throw new IllegalArgumentException(
                        where + ": has no column for input \"" + s.name() + "\"; its columns: " + columns.keySet());
            }
            int features =
                    s.shape().rank() < 2 ? 1 : s.shape().size(1, s.shape().rank());
            if (features > 0 && own.size() != features) { // below 0: an axis of unknown length takes what comes
                throw new IllegalArgumentException(where + ": input \"" + s.name() + "\" of shape " + s.shape()
                        + " needs " + features + " columns, got " + own.size() + ": " + columns.keySet());
            }
            inputs.put(s.name(), join(where, s, own));
        }
        return inputs;
    }

    /** Columns side by side: (rows, columns), or the input's own shape. */
    private static ArrayData join(String where, InputSpec spec, List<ArrayData> columns) {
        int rows = (int) columns.get(0).size(), n = columns.size();
        long[] shape = new long[Math.max(2, spec.shape().rank())];
        shape[0] = rows;
        for (int i = 1; i < shape.length; i++) {
            int d = i < spec.shape().rank() ? spec.shape().dim(i) : 1;
            shape[i] = d == Shape.UNKNOWN ? n : d;
        }
        if (spec.dtype() == DType.STRING) {
            String[] all = new String[rows * n];
            for (int j = 0; j < n; j++) {
                String[] c = texts(columns.get(j));
                for (int i = 0; i < rows; i++) all[i * n + j] = c[i];
            }
            return ArrayData.ofStrings(all, shape);
        }
        double[] all = new double[rows * n];
        for (int j = 0; j < n; j++) {
            if (columns.get(j).type() == ElementType.STRING) {
                throw new IllegalArgumentException(
                        where + ": input \"" + spec.name() + "\" takes numbers, but column " + (j + 1) + " holds text");
            }
            double[] c = columns.get(j).toDoubles();
            for (int i = 0; i < rows; i++) all[i * n + j] = c[i];
        }
        return ArrayData.ofDoubles(all, shape);
    }

    private static String[] texts(ArrayData column) {
        if (column.type() == ElementType.STRING) return column.toStrings();
        if (column.type().isInteger())
            return Arrays.stream(column.toLongs()).mapToObj(Long::toString).toArray(String[]::new);
        return Arrays.stream(column.toDoubles()).mapToObj(Double::toString).toArray(String[]::new);
    }

    /** Numbers side by side: (rows, columns), whole ones if all are. */
    static ArrayData numbers(String where, Map<String, ArrayData> columns) {
        List<ArrayData> all = List.copyOf(columns.values());
        columns.forEach((name, c) -> {
            if (c.type() == ElementType.STRING)
                throw new IllegalArgumentException(where + ": column \"" + name + "\" holds text, expected numbers");
        });
        int rows = (int) all.get(0).size(), n = all.size();
        boolean whole = all.stream().allMatch(c -> c.type().isInteger());
        long[] longs = new long[whole ? rows * n : 0];
        double[] doubles = new double[whole ? 0 : rows * n];
        for (int j = 0; j < n; j++) {
            long[] ownLongs = whole ? all.get(j).toLongs() : new long[0];
            double[] own = whole ? new double[0] : all.get(j).toDoubles();
            for (int i = 0; i < ownLongs.length; i++) longs[i * n + j] = ownLongs[i];
            for (int i = 0; i < own.length; i++) doubles[i * n + j] = own[i];
        }
        return whole ? ArrayData.ofLongs(longs, rows, n) : ArrayData.ofDoubles(doubles, rows, n);
    }
}
