package io.argali.testdata;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.argali.converters.Models;
import io.argali.converters.UnsupportedModelException;
import io.argali.loader.ModelFormatException;
import io.argali.loader.archive.Archive;
import io.argali.loader.archive.ZipWriter;
import io.argali.loader.json.Json;
import io.argali.runtime.layer.DTypePolicy;
import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.core.Dense;
import io.argali.runtime.layer.rnn.TimeDistributed;
import io.argali.runtime.model.Functional;
import io.argali.runtime.model.Model;
import io.argali.runtime.model.Symbol;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Files that are broken, hostile or beyond us end in one line that says what is wrong. */
class BrokenModelTest {
    private static final Path MLP = GoldenCase.ROOT.resolve("formats/zip64_mlp/model.keras");
    private static final Path DIGITS = GoldenCase.ROOT.resolve("../models/digits_cnn/model.keras");

    @TempDir
    Path folder;

    /** A model made from a good one by changing its configuration. */
    private record Damage(
            String name, Path model, UnaryOperator<String> change, Class<? extends Exception> error, String... words) {}

    private static Damage damage(
            String name, UnaryOperator<String> change, Class<? extends Exception> error, String... words) {
        return new Damage(name, DIGITS, change, error, words);
    }

    private static Damage quantized(String name, UnaryOperator<String> change, String... words) {
        Path model = GoldenCase.ROOT.resolve("quantization/filtered/model.keras");
        return new Damage(name, model, change, ModelFormatException.class, words);
    }

    private static List<Damage> damages() {
        return List.of(
                damage("no JSON", s -> "{", ModelFormatException.class, "config.json"),
                damage("a list", s -> "[]", ModelFormatException.class, "class_name"),
                damage("nested too deeply", s -> "[".repeat(100_000), ModelFormatException.class, "config.json"),
                damage(
                        "an unknown layer",
                        s -> s.replace("\"Conv2D\"", "\"Konv2D\""),
                        UnsupportedModelException.class,
                        "Konv2D",
                        "Register"),
                damage(
                        "two unknown layers",
                        s -> s.replace("\"Conv2D\"", "\"Konv\"").replace("\"Flatten\"", "\"Flat\""),
                        UnsupportedModelException.class,
                        "Konv",
                        "Flat"),
                damage(
                        "a lambda",
                        s -> s.replace("\"class_name\": \"Flatten\"", "\"class_name\": \"Lambda\""),
                        UnsupportedModelException.class,
                        "Lambda",
                        "never run"),
                damage(
                        "more units than weights",
                        s -> s.replace("\"units\": 10", "\"units\": 11"),
                        ModelFormatException.class,
                        "shape",
                        "11"),
                damage(
                        "units that are no number",
                        s -> s.replace("\"units\": 10", "\"units\": \"ten\""),
                        ModelFormatException.class,
                        "units",
                        "whole number"),
                damage(
                        "negative units",
                        s -> s.replace("\"units\": 10", "\"units\": -10"),
                        ModelFormatException.class,
                        "dense"),
                damage(
                        "terabytes of units",
                        s -> s.replace("\"units\": 10", "\"units\": 2000000000"),
                        ModelFormatException.class,
                        "dense"),
                damage("nothing", s -> "null", ModelFormatException.class, "class_name"),
                damage(
                        "more units than a number holds",
                        s -> s.replace("\"units\": 10", "\"units\": 1099511627786"),
                        ModelFormatException.class,
                        "units",
                        "out of bounds"),
                damage(
                        "strides of nothing",
                        s -> s.replaceFirst("\"strides\": \\[1, 1]", "\"strides\": [0, 0]"),
                        ModelFormatException.class,
                        "Conv2D",
                        "does not make sense"),
                damage(
                        "a negative axis length",
                        s -> s.replaceFirst("\"batch_shape\": \\[null, 8", "\"batch_shape\": [null, -8"),
                        ModelFormatException.class,
                        "negative"),
                damage(
                        "an unknown activation",
                        s -> s.replace("\"softmax\"", "\"softmux\""),
                        UnsupportedModelException.class,
                        "softmux"),
                damage(
                        "quantized layers that cannot be",
                        s -> s.replace("\"DTypePolicy\"", "\"QuantizedDTypePolicy\"")
                                .replace(
                                        "{\"name\": \"float32\"}",
                                        "{\"mode\": \"int8\", \"source_name\": \"float32\"}"),
                        UnsupportedModelException.class,
                        "Conv2D quantized by int8_from_float32",
                        "Flatten quantized"),
                quantized(
                        "a quantization that does not exist",
                        s -> s.replace("\"mode\": \"int8\"", "\"mode\": \"int7\""),
                        "int7"),
                quantized(
                        "inputs quantized otherwise",
                        s -> s.replace("\"AbsMaxQuantizer\"", "\"MinMaxQuantizer\""),
                        "MinMaxQuantizer",
                        "only by an AbsMaxQuantizer"));
    }

    @TestFactory
    Stream<DynamicTest> damagedConfigurations() {
        return damages().stream()
                .map(d -> DynamicTest.dynamicTest(d.name(), () -> {
                    Path file = rewritten(d.model(), d.change());
                    Exception e = assertThrows(d.error(), () -> load(file));
                    assertOneLine(e, file);
                    for (String word : d.words())
                        assertTrue(String.valueOf(e.getMessage()).contains(word), e.getMessage());
                }));
    }

    private static void load(Path file) {
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(20), () -> Models.load(file));
    }

    private static void assertOneLine(Exception e, Path file) {
        String m = String.valueOf(e.getMessage());
        assertTrue(m.contains(file.getFileName().toString()), "names the file: " + m);
        assertTrue(!m.contains("\n"), "one line: " + m);
    }

    private Path rewritten(Path model, UnaryOperator<String> change) throws IOException {
        Archive archive = Archive.open(model);
        Path file = Files.createTempFile(folder, "broken", ".keras");
        String before = archive.text("config.json"), after = change.apply(before);
        if (after.equals(before)) fail("nothing was changed in " + before);
        try (ZipWriter zip = new ZipWriter(file)) {
            for (String name : archive.names()) {
                if (name.equals("config.json")) zip.add(name, after);
                else zip.add(name, List.of(archive.open(name)));
            }
        }
        return file;
    }

    @Test
    void quantizedStepsAreRefused() {
        Instance inner =
                new Instance("inner", Dense.of(2), true, DTypePolicy.of("int8_from_float32"), null, java.util.Map.of());
        Symbol x = Symbol.input("x", 3, 4);
        Functional steps = Functional.of(List.of(x), List.of(x.then(new TimeDistributed(inner))));
        Exception e = assertThrows(ShapeException.class, () -> Model.of("steps", steps, 1));
        assertTrue(String.valueOf(e.getMessage()).contains("\"inner\" inside is quantized"), e.getMessage());
    }

    @Test
    void aMissingMemberIsNamed() throws IOException {
        Path file = folder.resolve("empty.keras");
        try (ZipWriter zip = new ZipWriter(file)) {
            zip.add("metadata.json", "{}");
        }
        Exception e = assertThrows(ModelFormatException.class, () -> Models.load(file));
        assertTrue(String.valueOf(e.getMessage()).contains("config.json"), e.getMessage());
    }

    @Test
    void aMissingFileIsNamed() {
        Exception e = assertThrows(ModelFormatException.class, () -> Models.load(folder.resolve("none.keras")));
        assertTrue(String.valueOf(e.getMessage()).contains("none.keras"), e.getMessage());
    }

    @Test
    void everyTruncationIsAnError() throws IOException {
        byte[] whole = Files.readAllBytes(MLP);
        for (int n = 0; n < whole.length; n += 211) {
            Path file = folder.resolve("cut.keras");
            Files.write(file, java.util.Arrays.copyOf(whole, n));
            Exception e = assertThrows(ModelFormatException.class, () -> load(file));
            assertOneLine(e, file);
        }
    }

    @Test
    void inputsOfTheWrongShapeNameTheInput() {
        Exception e =
                assertThrows(ShapeException.class, () -> Models.load(DIGITS).predict(Tensor.of(new float[9], 1, 9)));
        assertTrue(String.valueOf(e.getMessage()).contains("\"image\""), e.getMessage());
    }

    @Test
    void inputsOfTheWrongTypeNameTheInput() {
        Exception e =
                assertThrows(ShapeException.class, () -> Models.load(DIGITS).predict(Tensor.of(new String[] {"a"}, 1)));
        assertTrue(String.valueOf(e.getMessage()).contains("\"image\""), e.getMessage());
    }

    @Test
    void inputsOfTheWrongNameAreNamed() {
        Exception e = assertThrows(
                ShapeException.class,
                () -> Models.load(DIGITS).predict(Map.of("picture", Tensor.of(new float[64], 1, 8, 8, 1))));
        assertTrue(
                String.valueOf(e.getMessage()).contains("picture")
                        || String.valueOf(e.getMessage()).contains("image"),
                e.getMessage());
    }

    /** Any change of one value in a configuration ends well or in an error of ours: no other exception, no hang. */
    @TestFactory
    Stream<DynamicTest> randomChangesOfConfigurations() {
        return GoldenCase.all().stream()
                .filter(c -> Files.exists(c.folder().resolve("model.keras")))
                .map(c -> DynamicTest.dynamicTest(
                        c.name(),
                        () -> fuzz(c.folder().resolve("model.keras"), c.name().hashCode())));
    }

    private void fuzz(Path model, int seed) throws IOException {
        SplittableRandom r = new SplittableRandom(seed);
        for (int i = 0; i < 3; i++) {
            Object config = Json.parse("config", Archive.open(model).text("config.json"));
            mutate(config, r);
            String changed = Json.write(config);
            Path file = rewritten(model, s -> changed + " ");
            try {
                load(file);
            } catch (ModelFormatException | UnsupportedModelException e) {
                assertOneLine(e, file);
            }
            Files.delete(file);
        }
    }

    private static final Object[] ODD = {
        null, -1L, 0L, 7L, 2_000_000_000L, 0.5, "", "odd", true, List.of(), Map.of(), List.of(1L, 2L, 3L, 4L, 5L)
    };

    /** Replaces one leaf, chosen by walking down at random. */
    @SuppressWarnings("unchecked")
    private static void mutate(Object json, SplittableRandom r) {
        Object at = json;
        while (true) {
            List<Object> children = new ArrayList<>();
            if (at instanceof Map<?, ?> m) children.addAll(m.keySet());
            else if (at instanceof List<?> l) for (int i = 0; i < l.size(); i++) children.add(i);
            if (children.isEmpty()) return;
            Object key = children.get(r.nextInt(children.size()));
            Object child = at instanceof Map<?, ?> m ? m.get(key) : ((List<?>) at).get((Integer) key);
            boolean leaf =
                    !(child instanceof Map<?, ?> m && !m.isEmpty()) && !(child instanceof List<?> l && !l.isEmpty());
            if (leaf || r.nextInt(12) == 0) {
                Object odd = ODD[r.nextInt(ODD.length)];
                if (at instanceof Map<?, ?> m) ((Map<Object, Object>) m).put(key, odd);
                else ((List<Object>) at).set((Integer) key, odd);
                return;
            }
            at = child;
        }
    }
}
