package io.argali.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.argali.converters.Models;
import io.argali.converters.TrainingData;
import io.argali.converters.Trainings;
import io.argali.converters.keras.Tensors;
import io.argali.loader.ArrayData;
import io.argali.loader.npy.Npz;
import io.argali.runtime.model.Model;
import io.argali.runtime.tensor.Tensor;
import io.argali.trainer.FitOptions;
import io.argali.trainer.History;
import io.argali.trainer.Trainer;
import io.argali.trainer.data.ArrayDataset;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The introduction's example: from equal starting weights, 1,000 epochs end where Keras' do; the fixture is by src/test/python/make_parabola.py. */
class ParabolaTest {
    /** 4,000 steps of SGD toward one minimum: roundings do not add up. */
    private static final double TOLERANCE = 1e-4;

    private static Path file(String name) {
        try {
            return Path.of(Objects.requireNonNull(ParabolaTest.class.getResource("/parabola/" + name))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static double[] numbers(String name, Map<String, ArrayData> arrays) {
        return Tensors.of(name, Objects.requireNonNull(arrays.get(name))).toDoubleArray();
    }

    @Test
    void trainingEndsAtKerasWeights() {
        Model model = Models.load(file("model.keras"));
        Trainer trainer = Trainings.trainer(model, 0);
        History history = trainer.fit(
                new ArrayDataset(TrainingData.read(file("data.npz"), model), 32, null), FitOptions.epochs(1000));
        Map<String, ArrayData> keras = Npz.read(file("trained.npz"));
        int i = 0;
        for (Tensor w : trainer.model().weights().asMap().values())
            assertArrayEquals(numbers("w" + i, keras), w.toDoubleArray(), TOLERANCE, "weight " + i++);
        assertArrayEquals(
                numbers("loss", keras),
                history.get("loss").stream().mapToDouble(Double::doubleValue).toArray(),
                TOLERANCE);
        Tensor x = Tensors.of(
                "x", Objects.requireNonNull(Npz.read(file("data.npz")).get("x")));
        assertArrayEquals(
                numbers("predicted", keras), trainer.model().predict(x).toDoubleArray(), TOLERANCE);
    }

    @Test
    void theCurveIsFoundAndDrawn(@TempDir Path folder) throws IOException {
        Path svg = folder.resolve("curve.svg");
        Curve.main(new String[] {svg.toString()});
        assertTrue(Files.readString(svg).contains("<polyline"));
    }
}
