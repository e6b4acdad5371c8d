package io.argali.cli;

import io.argali.converters.keras.Tensors;
import io.argali.loader.ArrayData;
import io.argali.loader.ElementType;
import io.argali.loader.csv.Csv;
import io.argali.loader.npy.Npy;
import io.argali.loader.npy.Npz;
import io.argali.runtime.model.InputSpec;
import io.argali.runtime.model.Model;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Inputs and outputs in files: {@code .npz}, {@code .npy} and {@code .csv}, by the file's ending. */
final class DataFiles {
    private DataFiles() {}

    private static String ending(Path file) {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return dot < 0 ? "" : name.substring(dot);
    }

    /** The arrays of a file by name; an {@code .npy} has one without a name. */
    static Map<String, ArrayData> read(Path file) {
        return switch (ending(file)) {
            case ".npz" -> Npz.read(file);
            case ".npy" -> Map.of("", Npy.read(file));
            case ".csv" -> Csv.read(file);
            default -> throw new IllegalArgumentException(file + ": expected a file that ends in .npz, .npy or .csv");
        };
    }

    /**
     * The inputs of a model, in its order: by name, or by position where names do not match. In a CSV file, the columns of a model with one
     * input are its features; with several, each column belongs to the input of its name, or of its name and a number: {@code size_0}.
     */
    static List<Tensor> inputs(Path file, Model model) {
        Map<String, ArrayData> arrays = read(file);
        List<InputSpec> specs = model.inputs();
        if (ending(file).equals(".csv")) arrays = columnsToInputs(file, arrays, specs);
        List<Tensor> inputs = new ArrayList<>();
        Map<String, ArrayData> given = arrays;
        boolean byName = specs.stream().allMatch(s -> given.containsKey(s.name()));
        boolean someByName = specs.stream().anyMatch(s -> given.containsKey(s.name()));
        if (!byName && (someByName || given.size() != specs.size())) {
            throw new IllegalArgumentException(
                    file + ": expected an array for each of the model's inputs " + specs + ", got " + given.keySet());
        }
        List<ArrayData> positional = List.copyOf(given.values());
        for (int i = 0; i < specs.size(); i++) {
            ArrayData a = byName ? given.get(specs.get(i).name()) : positional.get(i);
            inputs.add(
                    Tensors.of(file + ": input \"" + specs.get(i).name() + "\"", java.util.Objects.requireNonNull(a)));
        }
        return inputs;
    }

    private static Map<String, ArrayData> columnsToInputs(
            Path file, Map<String, ArrayData> columns, List<InputSpec> specs) {
        Map<String, ArrayData> inputs = new LinkedHashMap<>();
        for (InputSpec s : specs) {
            List<ArrayData> own = new ArrayList<>();
            columns.forEach((name, column) -> {
                boolean belongs = specs.size() == 1
                        || name.equals(s.name())
                        || name.matches(java.util.regex.Pattern.quote(s.name()) + "[_.]\\d+");
                if (belongs) own.add(column);
            });
            if (own.isEmpty()) {
                throw new IllegalArgumentException(
                        file + ": has no column for input \"" + s.name() + "\"; its columns: " + columns.keySet());
            }
            int features =
                    s.shape().rank() < 2 ? 1 : s.shape().size(1, s.shape().rank());
            if (features > 0 && own.size() != features) { // below 0: an axis of unknown length takes what comes
                throw new IllegalArgumentException(file + ": input \"" + s.name() + "\" of shape " + s.shape()
                        + " needs " + features + " columns, got " + own.size() + ": " + columns.keySet());
            }
            inputs.put(s.name(), join(file, s, own));
        }
        return inputs;
    }

    /** Columns side by side: (rows, columns), or the input's own shape. */
    private static ArrayData join(Path file, InputSpec spec, List<ArrayData> columns) {
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
                        file + ": input \"" + spec.name() + "\" takes numbers, but column " + (j + 1) + " holds text");
            }
            double[] c = columns.get(j).toDoubles();
            for (int i = 0; i < rows; i++) all[i * n + j] = c[i];
        }
        return ArrayData.ofDoubles(all, shape);
    }

    private static String[] texts(ArrayData column) {
        if (column.type() == ElementType.STRING) return column.toStrings();
        if (column.type().isInteger())
            return java.util.Arrays.stream(column.toLongs())
                    .mapToObj(Long::toString)
                    .toArray(String[]::new);
        return java.util.Arrays.stream(column.toDoubles())
                .mapToObj(Double::toString)
                .toArray(String[]::new);
    }

    /** Writes arrays beside the target and puts them in its place when they are whole. */
    static void write(Path file, Map<String, Tensor> outputs) throws IOException {
        Map<String, ArrayData> arrays = new LinkedHashMap<>();
        // numpy has no bfloat16 and would show its bytes.
        outputs.forEach((name, t) ->
                arrays.put(name, Tensors.toArray(t.dtype() == DType.BFLOAT16 ? t.cast(DType.FLOAT32) : t)));
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder))
            throw new IllegalArgumentException(file + ": its folder does not exist");
        String end = ending(file);
        Path temporary = folder.resolve(
                "." + file.getFileName() + "." + ProcessHandle.current().pid() + end);
        try {
            switch (end) {
                case ".npz" -> Npz.write(temporary, arrays);
                case ".npy" -> {
                    if (arrays.size() != 1)
                        throw new IllegalArgumentException(file + ": an .npy holds one array, the model has "
                                + arrays.size() + " outputs; use .npz");
                    Npy.write(temporary, arrays.values().iterator().next());
                }
                case ".csv" -> Csv.write(temporary, columns(file, outputs));
                default ->
                    throw new IllegalArgumentException(file + ": expected a name that ends in .npz, .npy or .csv");
            }
            Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** One column for each number of a row. */
    private static Map<String, ArrayData> columns(Path file, Map<String, Tensor> outputs) {
        Map<String, ArrayData> columns = new LinkedHashMap<>();
        outputs.forEach((name, t) -> {
            if (t.shape().rank() == 0)
                throw new IllegalArgumentException(file + ": output \"" + name + "\" is a single number; use .npz");
            int rows = t.shape().dim(0), n = rows == 0 ? 0 : t.size() / rows;
            ArrayData flat = Tensors.toArray(t.reshape(Shape.of(rows, n)));
            for (int j = 0; j < n; j++) columns.put(n == 1 ? name : name + "_" + j, column(flat, rows, n, j));
        });
        return columns;
    }

    private static ArrayData column(ArrayData matrix, int rows, int n, int j) {
        if (matrix.type() == ElementType.STRING) {
            String[] all = matrix.toStrings(), c = new String[rows];
            for (int i = 0; i < rows; i++) c[i] = all[i * n + j];
            return ArrayData.ofStrings(c, rows);
        }
        if (matrix.type() == ElementType.FLOAT32) {
            float[] all = matrix.toFloats(), c = new float[rows];
            for (int i = 0; i < rows; i++) c[i] = all[i * n + j];
            return ArrayData.ofFloats(c, rows);
        }
        if (matrix.type().isInteger()) {
            long[] all = matrix.toLongs(), c = new long[rows];
            for (int i = 0; i < rows; i++) c[i] = all[i * n + j];
            return ArrayData.ofLongs(c, rows);
        }
        double[] all = matrix.toDoubles(), c = new double[rows];
        for (int i = 0; i < rows; i++) c[i] = all[i * n + j];
        return ArrayData.ofDoubles(c, rows);
    }
}
