package io.argali.testdata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.argali.converters.Models;
import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.layer.core.Dense;
import io.argali.runtime.model.Model;
import io.argali.runtime.model.Sequential;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed while it saves leaves the old file or a new one, whole. */
class KilledWriterTest {
    private static final int KILLS = 8;
    private static final List<String> FILES = List.of("model.keras", "model.h5", "model.weights.h5");

    @TempDir
    Path folder;

    /** The process: saves models whose weights are all the same number, one after the other, until it is killed. */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        for (int n = 1; ; n++) {
            for (String file : FILES) Models.save(constant(n), folder.resolve(file));
            Files.writeString(folder.resolve("saved"), "");
        }
    }

    private static Model constant(float number) {
        Dense dense = new Dense(600, Activation.RELU, true, WeightOptions.GLOROT_UNIFORM, WeightOptions.ZEROS);
        Model model = Model.of("m", Sequential.of(Shape.of(600), dense), 1);
        Map<String, Tensor> weights = new LinkedHashMap<>();
        for (String path : model.weights().paths()) {
            Shape shape = model.weights().get(path).shape();
            float[] numbers = new float[shape.size()];
            java.util.Arrays.fill(numbers, number);
            weights.put(path, Tensor.of(numbers, shape.toArray()));
        }
        return model.withWeights(model.weights().with(weights));
    }

    @Test
    void theFileIsWholeWheneverTheWriterIsKilled() throws Exception {
        Random random = new Random(5);
        Models.save(constant(0), folder.resolve("model.json"));
        for (int i = 0; i < KILLS; i++) {
            Files.deleteIfExists(folder.resolve("saved"));
            Process writer = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "--add-modules=jdk.incubator.vector",
                            "-cp",
                            System.getProperty("java.class.path"),
                            KilledWriterTest.class.getName(),
                            folder.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile())
                    .start();
            try {
                while (writer.isAlive() && !Files.exists(folder.resolve("saved"))) Thread.sleep(5);
                Thread.sleep(random.nextInt(60));
                assertTrue(writer.isAlive(), Files.readString(folder.resolve("log")));
            } finally {
                writer.destroyForcibly().waitFor();
            }
            for (String file : List.of("model.keras", "model.h5", "model.json")) assertWhole(folder.resolve(file));
        }
    }

    private static void assertWhole(Path file) {
        Model model = Models.load(file);
        float[] kernel =
                model.weights().get(model.weights().paths().iterator().next()).toFloatArray();
        assertEquals(600 * 600, kernel.length);
        for (float f : kernel) assertEquals(kernel[0], f, () -> file + " is of two models");
    }
}
