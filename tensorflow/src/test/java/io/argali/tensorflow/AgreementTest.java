package io.argali.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.argali.converters.Models;
import io.argali.converters.UnsupportedModelException;
import io.argali.converters.keras.Tensors;
import io.argali.loader.ArrayData;
import io.argali.loader.npy.Npz;
import io.argali.runtime.model.InputSpec;
import io.argali.runtime.model.Model;
import io.argali.runtime.plan.Backends;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** All goldens, on TensorFlow and on the SIMD kernels: layers, operations and formats are each somewhere among them. */
@NullUnmarked // what is missing fails the test anyway
class AgreementTest {
    /** Of the largest value: sums are added in another order. Half precisions round elsewhere. */
    private static final double FLOAT32 = 1e-5, FLOAT16 = 1e-2, BFLOAT16 = 5e-2;

    private static final TensorFlowBackend BACKEND = TensorFlowBackend.create(Options.DEFAULTS);

    private static Path root() {
        for (Path p = Path.of("").toAbsolutePath(); p != null; p = p.getParent()) {
            if (Files.isDirectory(p.resolve("testdata/golden"))) return p.resolve("testdata/golden");
        }
        throw new IllegalStateException("testdata/golden is not above the working folder");
    }

    private static Path model(Path folder) {
        return Stream.of("model.keras", "model.h5", "model.json", "model")
                .map(folder::resolve)
                .filter(Files::exists)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void goldensPredictTheSame() throws IOException {
        List<String> problems = new ArrayList<>(), refused = new ArrayList<>();
        int agreed = 0;
        List<Path> folders;
        try (Stream<Path> files = Files.walk(root())) {
            folders = files.filter(f -> f.endsWith("in.npz"))
                    .map(Path::getParent)
                    .sorted()
                    .toList();
        }
        for (Path folder : folders) {
            try {
                String problem = difference(folder);
                if (problem == null) agreed++;
                else problems.add(root().relativize(folder) + ": " + problem);
            } catch (UnsupportedModelException e) {
                refused.add(root().relativize(folder) + ": " + e.getMessage());
            } catch (RuntimeException e) {
                problems.add(root().relativize(folder) + ": " + e);
            }
        }
        System.out.println(agreed + " agree, " + refused.size() + " refused:\n" + String.join("\n", refused));
        assertEquals("", String.join("\n", problems));
        assertTrue(agreed > 500 && refused.size() < 5, () -> String.join("\n", refused));
    }

    private static @Nullable String difference(Path folder) {
        Path file = model(folder);
        Model model = Models.load(file);
        Map<String, ArrayData> batch = Npz.read(folder.resolve("in.npz"));
        List<ArrayData> inOrder = List.copyOf(batch.values());
        List<Tensor> inputs = new ArrayList<>();
        for (InputSpec s : model.inputs())
            inputs.add(Tensors.of("in.npz", batch.getOrDefault(s.name(), inOrder.get(inputs.size()))));
        List<Tensor> expected = model.predict(inputs),
                actual = model.withBackend(BACKEND).predict(inputs);
        for (int i = 0; i < expected.size(); i++) {
            String d = difference(expected.get(i), actual.get(i), bound(file));
            if (d != null) return model.outputNames().get(i) + ": " + d;
        }
        return null;
    }

    private static double bound(Path model) {
        try {
            String config = Files.isDirectory(model)
                    ? Files.readString(model.resolve("config.json"))
                    : model.toString().endsWith(".keras") ? keras(model) : "";
            return config.contains("bfloat16") ? BFLOAT16 : config.contains("float16") ? FLOAT16 : FLOAT32;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String keras(Path model) throws IOException {
        try (var zip = new java.util.zip.ZipFile(model.toFile());
                var in = zip.getInputStream(zip.getEntry("config.json"))) {
            return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
    }

    private static @Nullable String difference(Tensor e, Tensor a, double bound) {
        if (!e.type().equals(a.type())) return "expected " + e.type() + ", got " + a.type();
        if (e.dtype() == DType.STRING) return Arrays.equals(e.strings(), a.strings()) ? null : "other texts";
        double[] x = e.toDoubleArray(), y = a.toDoubleArray();
        double largest =
                Arrays.stream(x).filter(Double::isFinite).map(Math::abs).max().orElse(0);
        for (int i = 0; i < x.length; i++) {
            boolean same = x[i] == y[i]
                    || Double.isNaN(x[i]) && Double.isNaN(y[i])
                    || Math.abs(x[i] - y[i]) <= bound * Math.max(1, largest);
            if (!same) return "element " + i + ": expected " + x[i] + ", got " + y[i];
        }
        return null;
    }

    @Test
    void itIsFoundByName() {
        assertEquals("tensorflow", Backends.of("tensorflow", n -> {}).name());
    }

    @Test
    void aDeviceThatIsNotThereIsOneLine() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Backends.of("tensorflow:gpu:7", n -> {}));
        assertEquals(1, String.valueOf(e.getMessage()).lines().count());
    }
}
