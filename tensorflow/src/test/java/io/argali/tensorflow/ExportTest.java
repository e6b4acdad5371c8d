package io.argali.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.argali.converters.Models;
import io.argali.converters.UnsupportedModelException;
import io.argali.converters.keras.Tensors;
import io.argali.loader.ArrayData;
import io.argali.loader.npy.Npz;
import io.argali.runtime.model.InputSpec;
import io.argali.runtime.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.ConfigProto;

/** TensorFlow Java opens the SavedModels that Argali writes, and predicts with them what Keras predicts. */
class ExportTest {
    /** Of the largest value: sums are added in another order. */
    private static final double TOLERANCE = 1e-5;

    private static Path models() {
        for (Path p = Path.of("").toAbsolutePath(); p != null; p = p.getParent()) {
            if (Files.isDirectory(p.resolve("testdata/models"))) return p.resolve("testdata/models");
        }
        throw new IllegalStateException("testdata/models is not above the working folder");
    }

    @Test
    void savedModelsOpenInTensorFlowJava(@TempDir Path scratch) throws IOException {
        List<String> opened = new ArrayList<>(), refused = new ArrayList<>();
        try (Stream<Path> folders = Files.list(models())) {
            for (Path folder : folders.filter(Files::isDirectory).sorted().toList()) {
                String name = folder.getFileName().toString();
                Path written = scratch.resolve(name + ".savedmodel");
                try {
                    Models.convert(folder.resolve("model.keras"), written);
                } catch (UnsupportedModelException e) {
                    refused.add(name);
                    continue;
                }
                OriginalSavedModel model =
                        OriginalSavedModel.load(written, "serving_default", ConfigProto.getDefaultInstance());
                Map<String, ArrayData> batch = Npz.read(folder.resolve("test.npz"));
                List<ArrayData> inOrder = List.copyOf(batch.values());
                List<Tensor> inputs = new ArrayList<>();
                for (InputSpec s : model.inputs())
                    inputs.add(Tensors.of("test.npz", batch.getOrDefault(s.name(), inOrder.get(inputs.size()))));
                Map<String, ArrayData> expected = Npz.read(folder.resolve("expected.npz"));
                List<Tensor> actual = model.predict(inputs);
                assertEquals(expected.size(), actual.size(), name);
                int i = 0;
                for (ArrayData e : expected.values()) {
                    double[] x = Tensors.of("expected.npz", e).toDoubleArray(),
                            y = actual.get(i++).toDoubleArray();
                    assertEquals(x.length, y.length, name);
                    double largest = 1;
                    for (double v : x) largest = Math.max(largest, Math.abs(v));
                    for (int j = 0; j < x.length; j++) assertEquals(x[j], y[j], TOLERANCE * largest, name);
                }
                opened.add(name);
            }
        }
        assertTrue(opened.size() >= 4 && refused.size() <= 1, () -> "opened " + opened + ", refused " + refused);
    }
}
