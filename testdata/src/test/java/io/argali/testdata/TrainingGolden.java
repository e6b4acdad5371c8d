package io.argali.testdata;

import io.argali.converters.keras.Tensors;
import io.argali.loader.ArrayData;
import io.argali.loader.json.Json;
import io.argali.loader.npy.Npz;
import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Value;
import io.argali.runtime.plan.CpuBackend;
import io.argali.runtime.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A table of rows with what Keras computes for each; see testdata/golden-training/README.md. */
record TrainingGolden(String name, List<Row> rows, Map<String, ArrayData> arrays) {
    private static final Path ROOT = GoldenCase.ROOT.resolveSibling("golden-training");

    /** One row of the table. */
    record Row(int number, Map<String, Object> options) {
        @Nullable
        String text(String key) {
            return (String) options.get(key);
        }
    }

    /** The tables of a group. */
    static List<TrainingGolden> all(String group) {
        try (Stream<Path> folders = Files.list(ROOT.resolve(group))) {
            return folders.sorted().map(TrainingGolden::read).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @SuppressWarnings("unchecked")
    private static TrainingGolden read(Path folder) {
        try {
            Object json = Json.parse("rows.json", Files.readString(folder.resolve("rows.json")));
            List<Row> rows = new ArrayList<>();
            for (Object o : (List<Object>) json) rows.add(new Row(rows.size(), (Map<String, Object>) o));
            return new TrainingGolden(ROOT.relativize(folder).toString(), rows, Npz.read(folder.resolve("data.npz")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Tensor array(String key) {
        return Tensors.of(key, Objects.requireNonNull(arrays.get(key), key));
    }

    @Nullable
    Tensor arrayOrNull(@Nullable String key) {
        return key == null ? null : array(key);
    }

    /** What each row has to say, one line for each that differs. */
    List<String> differences(Function<Row, @Nullable String> difference) {
        List<String> lines = new ArrayList<>();
        for (Row r : rows) {
            String d;
            try {
                d = difference.apply(r);
            } catch (RuntimeException e) {
                d = e.toString();
            }
            if (d != null) lines.add(r + ": " + d);
        }
        return lines;
    }

    /** Runs a graph whose parameters are made from tensors. */
    static Tensor[] run(List<Tensor> inputs, Function<List<Value>, List<Value>> function) {
        List<Value> parameters =
                inputs.stream().map(t -> Value.parameter("x", t.type())).toList();
        Graph graph = new Graph(parameters, function.apply(parameters));
        return CpuBackend.best()
                .compiler(path -> {
                    throw new AssertionError("a loss has no weights");
                })
                .compile(graph)
                .run(inputs);
    }

    // A few roundings of float32 (2⁻²⁴), more where exponents of large numbers are involved.
    private static final double ABSOLUTE = 2e-6, RELATIVE = 2e-5;

    /** What differs, or null. */
    static @Nullable String difference(Tensor expected, Tensor actual) {
        if (!expected.shape().equals(actual.shape()))
            return "expected shape " + expected.shape() + ", got " + actual.shape();
        double[] e = expected.toDoubleArray(), a = actual.toDoubleArray();
        double largest = Arrays.stream(e).map(Math::abs).max().orElse(0);
        for (int i = 0; i < e.length; i++) {
            if (!(Math.abs(e[i] - a[i]) <= ABSOLUTE * Math.max(1, largest) + RELATIVE * Math.abs(e[i]))) {
                return "element " + i + " of " + e.length + ": expected " + e[i] + ", got " + a[i];
            }
        }
        return null;
    }
}
