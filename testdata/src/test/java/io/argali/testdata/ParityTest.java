package io.argali.testdata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.argali.converters.Difference;
import io.argali.converters.Models;
import io.argali.converters.Parity;
import io.argali.converters.UnsupportedModelException;
import io.argali.loader.ModelFormatException;
import io.argali.runtime.model.LayerOutput;
import io.argali.runtime.model.Model;
import io.argali.runtime.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates of what a model predicts, and what is said when it does not. */
class ParityTest {
    private static final Path CONVNET = GoldenCase.ROOT.resolve("formats/deflated_convnet/model.keras");
    private static final Tensor IMAGES = images();

    @TempDir
    Path folder;

    private static Tensor images() {
        float[] pixels = new float[2 * 6 * 6 * 2];
        for (int i = 0; i < pixels.length; i++) pixels[i] = (i % 17) / 17f;
        return Tensor.of(pixels, 2, 6, 6, 2);
    }

    private static Model changed(Model model) {
        String bias = model.weights().paths().stream()
                .filter(p -> p.endsWith("/bias"))
                .reduce((a, b) -> b)
                .orElseThrow();
        float[] values = model.weights().get(bias).toFloatArray();
        values[1] += 0.5f;
        return model.withWeights(model.weights().with(Map.of(bias, Tensor.of(values))));
    }

    @Test
    void aCertificateGoesAlongAndIsChecked() {
        Model model = Models.load(CONVNET);
        for (String name : List.of("a.keras", "folder")) {
            Path path = folder.resolve(name);
            Models.save(model, path, Parity.of(model, List.of(IMAGES)));
            assertEquals(model.outputNames(), Models.loadVerified(path).outputNames());
        }
        assertEquals(
                List.of(),
                Models.convert(folder.resolve("a.keras"), folder.resolve("b.keras"))
                        .lost());
        Models.loadVerified(folder.resolve("b.keras"));
        assertEquals(
                List.of("the parity certificate"),
                Models.convert(folder.resolve("a.keras"), folder.resolve("b.h5"))
                        .lost());
        assertNull(Parity.read(folder.resolve("b.h5")));
    }

    @Test
    void aModelThatPredictsOtherwiseIsRefused() {
        Model model = Models.load(CONVNET);
        Path path = folder.resolve("a.keras");
        Models.save(changed(model), path, Parity.of(model, List.of(IMAGES)));
        String message = assertThrows(ModelFormatException.class, () -> Models.loadVerified(path))
                .getMessage();
        assertTrue(
                message.startsWith(path + ": does not predict what its original predicted: output \"dense\" is off by"),
                message);
        assertTrue(assertThrows(ModelFormatException.class, () -> Models.loadVerified(CONVNET))
                .getMessage()
                .contains("no parity certificate"));
        assertThrows(
                UnsupportedModelException.class,
                () -> Models.save(model, folder.resolve("a.h5"), Parity.of(model, List.of(IMAGES))));
    }

    @Test
    void theFirstLayerThatPartsIsFound() {
        Model model = Models.load(CONVNET);
        List<LayerOutput> theirs = LayerOutput.of(model, List.of(IMAGES)),
                ours = LayerOutput.of(changed(model), List.of(IMAGES));
        List<String> off = new java.util.ArrayList<>();
        for (int i = 0; i < ours.size(); i++) {
            Difference d = Difference.of(
                    ours.get(i).name(), theirs.get(i).value(), ours.get(i).value(), 1e-5);
            if (!d.tolerated()) off.add(d.name());
        }
        assertEquals(
                List.of("conv2d", "batch_normalization", "max_pooling2d", "flatten", "dense"),
                ours.stream().map(LayerOutput::name).toList());
        assertEquals(List.of("dense"), off);
    }

    @Test
    void differencesSayWhereTheyBegin() {
        Tensor a = Tensor.of(new float[] {1, 2, 3, Float.NaN}, 2, 2),
                b = Tensor.of(new float[] {1, 2, 3.5f, Float.NaN}, 2, 2);
        assertTrue(Difference.of("y", a, a, 0).tolerated());
        Difference d = Difference.of("y", a, b, 1e-3);
        assertEquals("[1, 0]: 3.50000, expected 3.00000", d.where());
        assertEquals(0.5, d.largest());
        assertTrue(Difference.of("y", a, b, 0.5).tolerated());
        assertFalse(Difference.of("y", a, Tensor.of(new float[] {1, 2, 3, 4}, 2, 2), 0.5)
                .tolerated());
        assertFalse(
                Difference.of("y", a, Tensor.of(new float[] {1, 2, 3, 4}), 0.5).tolerated());
    }
}
