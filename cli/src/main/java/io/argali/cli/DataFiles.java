package io.argali.cli;

import io.argali.converters.Columns;
import io.argali.converters.keras.Tensors;
import io.argali.loader.ArrayData;
import io.argali.loader.ElementType;
import io.argali.loader.csv.Csv;
import io.argali.loader.npy.Npy;
import io.argali.loader.npy.Npz;
import io.argali.runtime.model.InputSpec;
import io.argali.runtime.model.Predictor;
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
    static List<Tensor> inputs(Path file, Predictor model) {
        Map<String, ArrayData> arrays = read(file);
        List<InputSpec> specs = model.inputs();
        if (ending(file).equals(".csv")) arrays = Columns.toInputs(file.toString(), arrays, specs);
        List<Tensor> inputs = new ArrayList<>();
        Map<String, ArrayData> given = arrays;
        boolean byName = specs.stream().allMatch(s -> given.containsKey(s.name()));
        boolean someByName = specs.stream().anyMatch(s -> given.containsKey(s.name()));
        if (!byName && (someByName || given.size() != specs.size())) {
            String got =
                    ending(file).equals(".npy") ? "one array" : given.keySet().toString();
            throw new IllegalArgumentException(
                    file + ": expected an array for each of the model's inputs " + specs + ", got " + got);
        }
        List<ArrayData> positional = List.copyOf(given.values());
        for (int i = 0; i < specs.size(); i++) {
            ArrayData a = byName ? given.get(specs.get(i).name()) : positional.get(i);
            inputs.add(
                    Tensors.of(file + ": input \"" + specs.get(i).name() + "\"", java.util.Objects.requireNonNull(a)));
        }
        if (model.takesRows()) requireEqualRows(file, specs, inputs);
        return inputs;
    }

    /** All arrays have as many rows as the first one whose batch is open. */
    private static void requireEqualRows(Path file, List<InputSpec> specs, List<Tensor> inputs) {
        int first = -1;
        for (int i = 0; i < inputs.size(); i++) {
            Shape declared = specs.get(i).shape(), given = inputs.get(i).shape();
            if (declared.rank() == 0 || declared.dim(0) != Shape.UNKNOWN || given.rank() == 0) continue;
            if (first < 0) first = i;
            else if (given.dim(0) != inputs.get(first).shape().dim(0)) {
                throw new IllegalArgumentException(
                        file + ": input \"" + specs.get(i).name() + "\" has " + given.dim(0) + " rows, input \""
                                + specs.get(first).name() + "\" has "
                                + inputs.get(first).shape().dim(0));
            }
        }
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
