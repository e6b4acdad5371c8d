package io.argali.testdata;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.argali.converters.Models;
import io.argali.converters.UnsupportedModelException;
import io.argali.converters.keras.LayerCatalog;
import io.argali.converters.keras.ShardedWeights;
import io.argali.converters.keras.Tensors;
import io.argali.converters.onnx.OnnxFile;
import io.argali.loader.ModelFormatException;
import io.argali.loader.archive.Archive;
import io.argali.loader.json.Json;
import io.argali.loader.protobuf.onnx.ModelProto;
import io.argali.loader.protobuf.onnx.TensorProto;
import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.Lora;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.layer.core.Dense;
import io.argali.runtime.layer.merging.Add;
import io.argali.runtime.model.Composite;
import io.argali.runtime.model.Edits;
import io.argali.runtime.model.Functional;
import io.argali.runtime.model.Model;
import io.argali.runtime.model.Sequential;
import io.argali.runtime.model.Symbol;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Tensor;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Models are the same after having been saved; that real Keras opens them is for write_check.py. */
class SaveTest {
    private static final Path MLP = GoldenCase.ROOT.resolve("formats/zip64_compiled/model.keras");

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> everyModelSurvivesEveryFormat() {
        return GoldenCase.all().stream()
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> {
                    Model model = Models.load(c.model());
                    for (String file : List.of("model.keras", "model.h5", "model.json", "model")) {
                        Path path = Files.createTempDirectory(folder, "saved").resolve(file);
                        Models.save(model, path);
                        Model again = Models.load(path);
                        // What adapters learnt goes into what they adapt, except in .h5.
                        assertSameWeights(file.equals("model.h5") ? model : Edits.withMergedLora(model), again);
                        assertEquals(
                                model.savedTraining().optimizerVariables().size(),
                                again.savedTraining().optimizerVariables().size());
                        if (file.equals("model.keras")) assertEquals(List.of(), c.differences(again));
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> everyModelCanBeWrittenFromItsLayersAlone() {
        return GoldenCase.all().stream()
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> {
                    Model model = Models.load(c.model());
                    Path path = Files.createTempDirectory(folder, "made").resolve("model.keras");
                    Models.save(Model.of(new MadeInJava().instance(model.root()), model.weights()), path);
                    Model again = Models.load(path);
                    assertSameWeights(Edits.withMergedLora(model), again);
                    assertEquals(List.of(), c.differences(again));
                }));
    }

    /** Forgets what files said of layers. */
    private static final class MadeInJava {
        private final Map<Instance, Instance> made = new IdentityHashMap<>();

        Instance instance(Instance i) {
            Instance known = made.get(i);
            if (known != null) return known;
            Map<String, Object> kept =
                    i.kept().containsKey("@vocabulary_file") ? Map.of("@vocabulary_file", true) : Map.of();
            Instance own =
                    new Instance(i.name(), layer(i.layer()), i.trainable(), i.dtype(), i.activityRegularizer(), kept);
            Lora lora = Lora.of(i);
            Instance r = lora == null ? own : lora.on(own);
            made.put(i, r);
            return r;
        }

        private Layer layer(Layer layer) {
            if (layer instanceof Composite c)
                return c.withLayers(c.layers().stream().map(this::instance).toList());
            RecordComponent[] components = layer.getClass().getRecordComponents();
            Object[] values = new Object[components.length];
            Class<?>[] types = new Class<?>[components.length];
            try {
                for (int i = 0; i < components.length; i++) {
                    types[i] = components[i].getType();
                    Object value = components[i].getAccessor().invoke(layer);
                    values[i] = value instanceof Instance inner
                            ? instance(inner)
                            : value instanceof List<?> l
                                    ? l.stream()
                                            .map(e -> e instanceof Instance inner ? instance(inner) : e)
                                            .toList()
                                    : value;
                }
                return layer.getClass().getDeclaredConstructor(types).newInstance(values) instanceof Layer l
                        ? l
                        : layer;
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static void assertSameWeights(Model a, Model b) {
        assertEquals(a.weights().paths(), b.weights().paths());
        for (String path : a.weights().paths())
            assertSame(path, a.weights().get(path), b.weights().get(path));
    }

    private static void assertSame(String path, Tensor a, Tensor b) {
        assertEquals(a.type(), b.type(), path);
        assertArrayEquals(
                Tensors.toArray(a).bytes().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE),
                Tensors.toArray(b).bytes().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE),
                path);
    }

    @Test
    void whatTheFileSaidIsWrittenAgain() {
        Path path = folder.resolve("again.keras");
        Models.save(Models.load(MLP), path);
        assertEquals(
                Json.parse("", Archive.open(MLP).text("config.json")),
                Json.parse("", Archive.open(path).text("config.json")));
    }

    @Test
    void whatWasChangedIsWrittenAnew() {
        Model model = Models.load(MLP);
        Composite layers = (Composite) model.root().layer();
        List<Instance> frozen = layers.layers().stream()
                .map(l -> l.withTrainable(l.name().equals("dense_1")))
                .toList();
        Path path = folder.resolve("frozen.keras");
        Models.save(Model.of(model.root().withLayer(layers.withLayers(frozen)), model.weights()), path);
        // An input has no such flag.
        assertEquals(
                List.of(true, false, false, true),
                Models.load(path).layers().stream().map(Instance::trainable).toList());
    }

    @Test
    void modelsMadeInJavaAreSaved() {
        Symbol x = Symbol.input("x", 4);
        Instance shared = Instance.of(
                "shared", new Dense(4, Activation.RELU, true, WeightOptions.GLOROT_UNIFORM, WeightOptions.ZEROS));
        Model model = Model.of(
                "made",
                Functional.of(
                        List.of(x),
                        List.of(Symbol.merge(
                                Add.DEFAULTS, x.then(shared), x.then(shared).then(shared)))),
                1);
        Path path = folder.resolve("made.keras");
        Models.save(model, path);
        float[] row = {1, 2, 3, 4};
        assertArrayEquals(model.predict(row), Models.load(path).predict(row));
    }

    @Test
    void theOptimizersStateGoesAlong() {
        Model model = Models.load(MLP);
        for (String file : List.of("a.keras", "a.h5", "a.json", "folder")) {
            Path path = folder.resolve(file);
            Models.save(model, path);
            List<Tensor> before = model.savedTraining().optimizerVariables(),
                    after = Models.load(path).savedTraining().optimizerVariables();
            assertEquals(14, after.size(), file);
            for (int i = 0; i < before.size(); i++) assertSame(file + " " + i, before.get(i), after.get(i));
        }
    }

    @Test
    void shardsHoldWhatFits() throws IOException {
        Model model = Models.load(MLP);
        Models.save(model, folder.resolve("x.json"));
        Files.delete(folder.resolve("x.weights.h5"));
        ShardedWeights.write(model, folder.resolve("x.weights.json"), LayerCatalog.standard(), 120);
        assertTrue(Files.exists(folder.resolve("x_00002.weights.h5")));
        assertSameWeights(model, Models.load(folder.resolve("x.json")));
        assertThrows(
                ModelFormatException.class,
                () -> ShardedWeights.write(model, folder.resolve("y.weights.json"), LayerCatalog.standard(), 16));
    }

    /** That TensorFlow and ONNX Runtime predict the same is for export_check.py. */
    @TestFactory
    Stream<DynamicTest> everyModelIsExportedOrRefused() {
        return GoldenCase.all().stream()
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> {
                    Model model = Models.load(c.model());
                    for (String file : List.of("model.savedmodel", "model.onnx")) {
                        Path path =
                                Files.createTempDirectory(folder, "exported").resolve(file);
                        try {
                            Models.save(model, path);
                        } catch (UnsupportedModelException e) {
                            assertFalse(Files.exists(path));
                        }
                    }
                }));
    }

    /** Those whose lengths the data decides, that keep states, or that take some batches only. */
    @TestFactory
    Stream<DynamicTest> exportsAreReadAgain() {
        return GoldenCase.all(
                        "text_vectorization/",
                        "/stateful",
                        "string_lookup/int",
                        "operation/ints_int32_4_00",
                        "operation/float32_3x4_13")
                .stream()
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> {
                    Model model = Models.load(c.model());
                    Path path = Files.createTempDirectory(folder, "exported").resolve("model.savedmodel");
                    Models.save(model, path);
                    Model again = Models.load(path);
                    Map<String, Tensor> inputs = c.inputs(model, "in.npz");
                    for (int call = 0; call < 2; call++) {
                        Map<String, Tensor> found = again.predict(inputs);
                        model.predict(inputs)
                                .forEach((name, y) ->
                                        assertNull(GoldenCase.difference(y, found.get(name), DType.FLOAT32), name));
                    }
                }));
    }

    @Test
    void onnxWeightsBeyondALimitAreInAFileBesideTheModel() throws IOException {
        Model model = Models.load(GoldenCase.ROOT.resolveSibling("models/digits_cnn/model.keras"));
        Path whole = folder.resolve("x.onnx"), parted = folder.resolve("y.onnx"), data = folder.resolve("y.onnx.data2");
        Path foreign = Files.writeString(folder.resolve("y.onnx.data"), "my own");
        OnnxFile.write(model, whole, Long.MAX_VALUE);
        OnnxFile.write(model, parted, 0);
        List<TensorProto> expected = initializers(whole), found = initializers(parted);
        ByteBuffer elements = ByteBuffer.wrap(Files.readAllBytes(data));
        int moved = 0;
        for (int i = 0; i < expected.size(); i++) {
            TensorProto.Builder t = found.get(i).toBuilder();
            if (t.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
                assertEquals("y.onnx.data2", t.getExternalData(0).getValue());
                int from = Integer.parseInt(t.getExternalData(1).getValue());
                int length = Integer.parseInt(t.getExternalData(2).getValue());
                assertEquals(0, from % 4096);
                t.clearDataLocation().clearExternalData();
                t.setRawData(ByteString.copyFrom(elements.slice(from, length)));
                moved++;
            }
            assertEquals(expected.get(i), t.build());
        }
        assertTrue(moved > 0);
        OnnxFile.write(model, parted, 0); // the old model kept its weights until it was replaced
        assertFalse(Files.exists(data));
        assertTrue(Files.exists(folder.resolve("y.onnx.data3")));
        OnnxFile.write(model, parted, Long.MAX_VALUE);
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(Set.of(whole, parted, foreign), files.collect(Collectors.toSet()));
        }
        assertEquals("my own", Files.readString(foreign));
    }

    private static List<TensorProto> initializers(Path onnx) throws IOException {
        return ModelProto.parseFrom(Files.readAllBytes(onnx)).getGraph().getInitializerList();
    }

    @Test
    void unknownFormatsAndForeignFoldersAreRefused() throws IOException {
        Model model = Models.load(MLP);
        assertTrue(assertThrows(UnsupportedModelException.class, () -> Models.save(model, folder.resolve("a.pb")))
                .getMessage()
                .contains(".keras"));
        Files.writeString(Files.createDirectories(folder.resolve("mine")).resolve("diary.txt"), "dear diary");
        assertThrows(ModelFormatException.class, () -> Models.save(model, folder.resolve("mine")));
        assertThrows(ModelFormatException.class, () -> Models.save(model, folder.resolve("nowhere/a.keras")));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void aModelCanBeSavedOverItsOwnFile() throws IOException {
        Path path = Files.copy(MLP, folder.resolve("own.keras"));
        Model model = Models.load(path);
        Models.save(model, path);
        assertSameWeights(Models.load(MLP), Models.load(path));
        assertFalse(Files.exists(folder.resolve("own.keras.part")));
    }

    @Test
    void layersThatNoFileCanNameAreReported() {
        Layer own = (scope, inputs) -> inputs;
        Model model = Model.of("m", Sequential.of(io.argali.runtime.tensor.Shape.of(2), own), 1);
        String message = assertThrows(
                        UnsupportedModelException.class, () -> Models.save(model, folder.resolve("a.keras")))
                .getMessage();
        assertTrue(message.contains("not in the catalogue"), message);
    }

    @Test
    void whatIsNoModelOfTheFormatIsLeftAlone() throws IOException {
        Model model = Models.load(GoldenCase.ROOT.resolve("formats/deflated_mlp/model.keras"));
        Path mine = Files.createDirectory(folder.resolve("mine"));
        Files.writeString(mine.resolve("config.json"), "{}");
        Files.writeString(mine.resolve("thesis.txt"), "all of it");
        for (String name : List.of("x.keras", "x.h5", "x.json", "x.weights.h5", "x.weights.json", "x.onnx"))
            Files.writeString(folder.resolve(name), "[\"a text of mine\"]");
        for (String name : List.of("x.keras", "x.h5", "x.json", "x.weights.h5", "x.weights.json", "x.onnx", "mine")) {
            Path path = folder.resolve(name);
            String message = assertThrows(ModelFormatException.class, () -> Models.save(model, path))
                    .getMessage();
            assertTrue(message.endsWith("it is not overwritten"), message);
            assertThrows(ModelFormatException.class, () -> Models.checkName(path));
            if (!Files.isDirectory(path)) assertEquals("[\"a text of mine\"]", Files.readString(path));
        }
        Files.move(mine, folder.resolve("mine.savedmodel"));
        assertThrows(ModelFormatException.class, () -> Models.save(model, folder.resolve("mine.savedmodel")));
        assertEquals("all of it", Files.readString(folder.resolve("mine.savedmodel/thesis.txt")));
    }

    @Test
    void modelsOfTheFormatAndEmptyFilesAreReplaced() throws IOException {
        Model model = Models.load(GoldenCase.ROOT.resolve("formats/deflated_mlp/model.keras"));
        for (String name :
                List.of("y.keras", "y.h5", "y.json", "y.weights.json", "z.weights.h5", "y.onnx", "y.savedmodel", "y")) {
            Path path = folder.resolve(name);
            if (name.contains(".") && !name.endsWith(".savedmodel")) Files.createFile(path);
            for (int i = 0; i < 2; i++) Models.save(model, path);
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertTrue(files.noneMatch(f -> f.toString().contains(".part")));
        }
    }
}
