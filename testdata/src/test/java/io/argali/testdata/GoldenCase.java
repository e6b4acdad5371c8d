package io.argali.testdata;

import io.argali.converters.Models;
import io.argali.converters.keras.Tensors;
import io.argali.loader.ArrayData;
import io.argali.loader.npy.Npz;
import io.argali.runtime.layer.Instance;
import io.argali.runtime.model.Composite;
import io.argali.runtime.model.InputSpec;
import io.argali.runtime.model.Model;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A folder with a model that Keras wrote, a batch, and what Keras predicts for it; see testdata/golden/README.md. */
record GoldenCase(Path folder) {
    static final Path ROOT = root();

    private static Path root() {
        for (Path p = Path.of("").toAbsolutePath(); p != null; p = p.getParent()) {
            if (Files.isDirectory(p.resolve("testdata/golden"))) return p.resolve("testdata/golden");
        }
        throw new IllegalStateException("testdata/golden is not above the working folder");
    }

    /** All cases whose {@code group/case} contains one of the words; all of them without words. */
    static List<GoldenCase> all(String... words) {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(f -> f.endsWith("in.npz"))
                    .map(f -> new GoldenCase(f.getParent()))
                    .filter(c -> words.length == 0 || Arrays.stream(words).anyMatch(c.name()::contains))
                    .sorted((a, b) -> a.name().compareTo(b.name()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String name() {
        return ROOT.relativize(folder).toString();
    }

    Path model() {
        for (String name : List.of("model.keras", "model.h5", "model.json", "model")) {
            if (Files.exists(folder.resolve(name))) return folder.resolve(name);
        }
        throw new IllegalStateException(name() + " has no model");
    }

    /** One line for each output that differs from Keras; none if all is well. */
    List<String> differences() {
        return differences(Models.load(model()));
    }

    /** The same of a model that should be this one. */
    List<String> differences(Model model) {
        List<String> differences = new ArrayList<>(compare(model, "in.npz", "out.npz"));
        if (Files.exists(folder.resolve("in_2.npz"))) differences.addAll(compare(model, "in_2.npz", "out_2.npz"));
        return differences;
    }

    /** What a model is given, by its inputs' names. */
    Map<String, Tensor> inputs(Model model, String in) {
        Map<String, ArrayData> inputs = Npz.read(folder.resolve(in));
        List<ArrayData> positional = List.copyOf(inputs.values());
        Map<String, Tensor> given = new LinkedHashMap<>();
        for (InputSpec s : model.inputs()) {
            ArrayData a = inputs.containsKey(s.name()) ? inputs.get(s.name()) : positional.get(given.size());
            given.put(s.name(), Tensors.of(in, a));
        }
        return given;
    }

    private List<String> compare(Model model, String in, String out) {
        Map<String, ArrayData> expected = Npz.read(folder.resolve(out));
        List<Tensor> results = model.predict(List.copyOf(inputs(model, in).values()));
        List<String> differences = new ArrayList<>();
        if (results.size() != expected.size())
            differences.add("expected " + expected.size() + " outputs, got " + results.size());
        int i = 0;
        for (Map.Entry<String, ArrayData> e : expected.entrySet()) {
            if (i == results.size()) break;
            String d =
                    difference(Tensors.of(out, e.getValue()), results.get(i++), precision(model.root(), DType.FLOAT64));
            if (d != null) differences.add(e.getKey() + ": " + d);
        }
        return differences;
    }

    /** The coarsest type that a layer computes in. */
    private static DType precision(Instance layer, DType coarsest) {
        DType own = layer.dtype().compute();
        DType r = own == DType.BFLOAT16 || own == DType.FLOAT16 && coarsest != DType.BFLOAT16 ? own : coarsest;
        if (layer.layer() instanceof Composite c) for (Instance l : c.layers()) r = precision(l, r);
        return r;
    }

    /** What differs between Keras' values and ours, or null. */
    static String difference(Tensor expected, Tensor actual, DType precision) {
        if (!expected.shape().equals(actual.shape()))
            return "expected shape " + expected.shape() + ", got " + actual.shape();
        boolean bfloat16 =
                actual.dtype() == DType.BFLOAT16 && expected.dtype() == DType.FLOAT32; // numpy has no bfloat16
        if (expected.dtype() != actual.dtype() && !bfloat16)
            return "expected " + expected.dtype() + ", got " + actual.dtype();
        if (expected.dtype() == DType.STRING) {
            return Arrays.equals(expected.strings(), actual.strings())
                    ? null
                    : "expected " + Arrays.toString(expected.strings()) + ", got " + Arrays.toString(actual.strings());
        }
        double[] e = expected.toDoubleArray(), a = actual.toDoubleArray();
        double largest =
                Arrays.stream(e).filter(Double::isFinite).map(Math::abs).max().orElse(0);
        // A float32 output of layers that compute in half precision is no better than they are.
        DType own = actual.dtype().isFloating()
                        && precision.ordinal() < actual.dtype().ordinal()
                ? precision
                : actual.dtype();
        double worst = 0;
        int at = -1;
        for (int i = 0; i < e.length; i++) {
            double bound = absolute(own) * Math.max(1, largest) + relative(own) * Math.abs(e[i]);
            boolean same = e[i] == a[i] || Double.isNaN(e[i]) && Double.isNaN(a[i]) || Math.abs(e[i] - a[i]) <= bound;
            double d = Double.isNaN(a[i]) || Double.isNaN(e[i]) ? Double.POSITIVE_INFINITY : Math.abs(e[i] - a[i]);
            if (!same && d >= worst) {
                worst = d;
                at = i;
            }
        }
        return at < 0
                ? null
                : "element " + at + " of " + e.length + ": expected " + e[at] + ", got " + a[at] + " (largest "
                        + largest + ")";
    }

    // What the issue of parity asks for in float32; half precisions by their own spacing (2⁻¹⁰, 2⁻⁷) and a few
    // roundings.
    private static double absolute(DType t) {
        return switch (t) {
            case FLOAT16 -> 4e-3;
            case BFLOAT16 -> 3e-2;
            case FLOAT64 -> 1e-7; // Keras takes some constants and tables in float32 even here
            case FLOAT32 -> 1e-5;
            default -> 0;
        };
    }

    private static double relative(DType t) {
        return switch (t) {
            case FLOAT16 -> 4e-3;
            case BFLOAT16 -> 3e-2;
            case FLOAT64 -> 1e-6;
            case FLOAT32 -> 1e-4;
            default -> 0;
        };
    }

    /** Runs the cases named on the command line and prints what differs: for work on a layer. */
    public static void main(String[] words) {
        int failed = 0;
        List<GoldenCase> cases = all(words);
        for (GoldenCase c : cases) {
            List<String> differences;
            try {
                differences = c.differences();
            } catch (RuntimeException | LinkageError e) {
                differences = List.of(e.toString());
                if (Boolean.getBoolean("stacktrace")) e.printStackTrace();
            }
            if (!differences.isEmpty()) {
                failed++;
                System.out.println(c.name() + ": " + differences.size() + " differ: "
                        + String.join("\n    ", differences.subList(0, Math.min(3, differences.size()))));
            }
        }
        System.out.println(cases.size() - failed + " passed, " + failed + " failed");
    }
}
