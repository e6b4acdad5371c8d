package io.argali.testdata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.argali.converters.Models;
import io.argali.converters.Trainings;
import io.argali.converters.UnsupportedModelException;
import io.argali.converters.keras.Tensors;
import io.argali.converters.savedmodel.SavedFunction;
import io.argali.loader.ArrayData;
import io.argali.loader.ModelFormatException;
import io.argali.loader.npy.Npz;
import io.argali.loader.protobuf.FunctionDef;
import io.argali.loader.protobuf.NodeDef;
import io.argali.loader.protobuf.SavedModel;
import io.argali.runtime.model.Model;
import io.argali.runtime.model.Sequential;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import io.argali.trainer.FitOptions;
import io.argali.trainer.Trainer;
import io.argali.trainer.data.ArrayDataset;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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

/** SavedModels predict what TensorFlow predicts; broken ones end in one line. */
class SavedModelTest {
    private static final Path ROOT = GoldenCase.ROOT.resolveSibling("golden-savedmodel");

    @TempDir
    Path folder;

    private static List<Path> list(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isDirectory).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The folders of batches of a case, one for each signature. */
    private static List<Path> signatures(Path golden) {
        return list(golden).stream()
                .filter(s -> !s.getFileName().toString().equals("model"))
                .toList();
    }

    private static Stream<DynamicTest> each(String word, java.util.function.Consumer<Path> test) {
        return list(ROOT).stream()
                .filter(c -> c.getFileName().toString().contains(word))
                .map(c -> DynamicTest.dynamicTest(c.getFileName().toString(), () -> test.accept(c)));
    }

    @TestFactory
    Stream<DynamicTest> signaturesPredictAsTensorFlow() {
        return each("", golden -> {
            for (Path s : signatures(golden)) {
                Model model =
                        Models.load(golden.resolve("model"), s.getFileName().toString());
                for (String n : List.of("", "_2", "_3")) {
                    if (!Files.exists(s.resolve("in" + n + ".npz"))) continue;
                    Map<String, Tensor> expected = tensors(s.resolve("out" + n + ".npz"));
                    Map<String, Tensor> actual = model.predict(tensors(s.resolve("in" + n + ".npz")));
                    assertEquals(expected.keySet(), actual.keySet());
                    expected.forEach((name, t) -> assertEquals(
                            null, GoldenCase.difference(t, actual.get(name), DType.FLOAT64), s + " " + name));
                }
            }
        });
    }

    private static Map<String, Tensor> tensors(Path file) {
        Map<String, Tensor> r = new LinkedHashMap<>();
        for (Map.Entry<String, ArrayData> e : Npz.read(file).entrySet())
            r.put(e.getKey(), Tensors.of(e.getKey(), e.getValue()));
        return r;
    }

    @TestFactory
    Stream<DynamicTest> keras2IsMadeOfLayersAgainAndSavedAsKeras() {
        return each("keras2", golden -> {
            Model model = Models.load(golden.resolve("model"));
            if (golden.endsWith("keras2_subclassed")) {
                assertInstanceOf(SavedFunction.class, model.root().layer());
                return;
            }
            Path batches = golden.resolve("serving_default");
            Tensor x = tensors(batches.resolve("in.npz")).get("x");
            Tensor y = tensors(batches.resolve("out.npz")).get("y");
            Path saved = folder.resolve(golden.getFileName() + ".keras");
            Models.save(model, saved);
            assertEquals(null, GoldenCase.difference(y, model.predict(x), DType.FLOAT64));
            assertEquals(null, GoldenCase.difference(y, Models.load(saved).predict(x), DType.FLOAT64));
        });
    }

    @Test
    void whatKeras2WasCompiledWithIsKept() {
        Model model = Models.load(ROOT.resolve("keras2_compiled/model"));
        assertInstanceOf(Sequential.class, model.root().layer());
        assertEquals("mse", model.savedTraining().compileConfig().get("loss"));
    }

    @TestFactory
    Stream<DynamicTest> functionsLearn() {
        return Stream.of("keras3_convnet", "keras3_recurrent", "keras2_subclassed", "tensorflow1_partitioned")
                .map(name -> DynamicTest.dynamicTest(name, () -> {
                    Model model = Models.load(ROOT.resolve(name).resolve("model"), "serving_default");
                    Tensor x = tensors(ROOT.resolve(name).resolve("serving_default/in.npz"))
                            .values()
                            .iterator()
                            .next();
                    Tensor y = model.predict(x);
                    Trainer trainer = Trainings.trainer(
                            Trainings.compile(model, "sgd", 0.1, "mean_squared_error", List.of()), name, 1L);
                    ArrayDataset data = ArrayDataset.of(x, Tensor.zeros(y.dtype(), y.shape()), 3);
                    List<Double> loss = trainer.fit(data, FitOptions.epochs(5)).get("loss");
                    assertTrue(loss.getLast() < loss.getFirst(), loss.toString());
                }));
    }

    @TestFactory
    Stream<DynamicTest> checkpointsFitTheirArchitecture() {
        return list(GoldenCase.ROOT.resolveSibling("golden-checkpoint")).stream()
                .map(c -> DynamicTest.dynamicTest(c.getFileName().toString(), () -> {
                    Model model = Models.load(c.resolve("model.json"));
                    Tensor y = model.predict(tensors(c.resolve("in.npz")).get("x"));
                    assertEquals(
                            null,
                            GoldenCase.difference(tensors(c.resolve("out.npz")).get("y"), y, DType.FLOAT64));
                }));
    }

    // Bad input

    @Test
    void aSignatureThatDoesNotExistIsNamed() {
        Path model = ROOT.resolve("control/model");
        Exception e = assertThrows(ModelFormatException.class, () -> Models.load(model, "nothing"));
        assertOneLine(e, "nothing", "branches");
        assertOneLine(assertThrows(ModelFormatException.class, () -> Models.load(model)), "--signature", "loops");
    }

    @Test
    void aFunctionThatCallsItselfIsRefused() throws IOException {
        Path copy = changed("keras3_text", model -> {
            SavedModel.Builder b = model.toBuilder();
            List<FunctionDef.Builder> functions = b.getMetaGraphsBuilder(0)
                    .getGraphDefBuilder()
                    .getLibraryBuilder()
                    .getFunctionBuilderList();
            for (FunctionDef.Builder f : functions) {
                for (NodeDef.Builder n : f.getNodeDefBuilderList()) {
                    if (n.containsAttr("f"))
                        n.putAttr(
                                "f",
                                n.getAttrOrThrow("f").toBuilder()
                                        .setFunc(n.getAttrOrThrow("f").getFunc().toBuilder()
                                                .setName(f.getSignature().getName()))
                                        .build());
                }
            }
            return b.build();
        });
        assertOneLine(assertThrows(ModelFormatException.class, () -> Models.load(copy)), "calls itself");
    }

    @Test
    void allUnknownOperationsAreNamedAtOnce() throws IOException {
        Path copy = changed("keras3_convnet", model -> {
            SavedModel.Builder b = model.toBuilder();
            for (FunctionDef.Builder f : b.getMetaGraphsBuilder(0)
                    .getGraphDefBuilder()
                    .getLibraryBuilder()
                    .getFunctionBuilderList()) {
                for (NodeDef.Builder n : f.getNodeDefBuilderList()) {
                    if (n.getOp().equals("Conv2D")) n.setOp("Konv2D");
                    if (n.getOp().equals("MatMul")) n.setOp("MatMull");
                }
            }
            return b.build();
        });
        assertOneLine(assertThrows(UnsupportedModelException.class, () -> Models.load(copy)), "Konv2D", "MatMull");
    }

    @Test
    void aMissingShardIsNamed() throws IOException {
        Path copy = copy("tensorflow1_partitioned");
        try (Stream<Path> files = Files.list(copy.resolve("variables"))) {
            for (Path f : files.toList()) if (f.toString().contains(".data-")) Files.delete(f);
        }
        assertOneLine(
                assertThrows(ModelFormatException.class, () -> Models.load(copy)), ".data-00000-of-", "no such file");
    }

    @Test
    void aChangedWeightIsFoundByItsChecksum() throws IOException {
        Path copy = copy("keras3_convnet");
        Path data = copy.resolve("variables/variables.data-00000-of-00001");
        byte[] bytes = Files.readAllBytes(data);
        for (int i = 0; i < bytes.length; i += 20) bytes[i] ^= 1;
        Files.write(data, bytes);
        assertOneLine(assertThrows(ModelFormatException.class, () -> Models.load(copy)), "checksum");
    }

    /** Whatever was changed: an error of one line, or a model. */
    @TestFactory
    Stream<DynamicTest> brokenFilesEndInOneLine() {
        List<DynamicTest> tests = new ArrayList<>();
        for (String name : List.of(
                "keras3_text", "keras2_compiled", "keras2_lookups", "tables", "tensorflow1_control", "control")) {
            for (String file : List.of("saved_model.pb", "variables/variables.index", "keras_metadata.pb")) {
                if (!Files.exists(ROOT.resolve(name).resolve("model").resolve(file))) continue;
                for (int seed = 0; seed < 12; seed++) {
                    int n = seed;
                    tests.add(DynamicTest.dynamicTest(name + " " + file + " " + seed, () -> damaged(name, file, n)));
                }
            }
        }
        return tests.stream();
    }

    private void damaged(String name, String file, int seed) throws IOException {
        Path copy = copy(name);
        byte[] bytes = Files.readAllBytes(copy.resolve(file));
        SplittableRandom random = new SplittableRandom(seed);
        if (seed % 3 == 0) bytes = java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length));
        else
            for (int i = 0; i < 1 + seed % 4; i++)
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        Files.write(copy.resolve(file), bytes);
        Path batch = signatures(ROOT.resolve(name)).getFirst();
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            try {
                Model m = Models.load(copy, batch.getFileName().toString());
                List<Tensor> x =
                        new ArrayList<>(tensors(batch.resolve("in.npz")).values());
                if (x.size() == m.inputs().size()) m.predict(x);
            } catch (ModelFormatException | UnsupportedModelException | ShapeException e) {
                assertTrue(!String.valueOf(e.getMessage()).contains("\n"), e.getMessage());
            }
        });
    }

    private static void assertOneLine(Exception e, String... words) {
        String m = String.valueOf(e.getMessage());
        assertTrue(!m.contains("\n"), m);
        for (String w : words) assertTrue(m.contains(w), m);
    }

    private Path copy(String name) throws IOException {
        Path from = ROOT.resolve(name).resolve("model"), to = Files.createTempDirectory(folder, name);
        try (Stream<Path> files = Files.walk(from)) {
            for (Path f : files.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(f).toString());
                Files.createDirectories(target.getParent());
                Files.copy(f, target);
            }
        }
        return to;
    }

    private Path changed(String name, UnaryOperator<SavedModel> change) throws IOException {
        Path copy = copy(name), file = copy.resolve("saved_model.pb");
        SavedModel before = SavedModel.parseFrom(ByteString.copyFrom(Files.readAllBytes(file)));
        Files.write(file, change.apply(before).toByteArray());
        return copy;
    }
}
