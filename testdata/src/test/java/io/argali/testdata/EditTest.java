package io.argali.testdata;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.argali.converters.Models;
import io.argali.converters.Trainings;
import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.core.Dense;
import io.argali.runtime.layer.normalization.BatchNormalization;
import io.argali.runtime.model.Edits;
import io.argali.runtime.model.Functional;
import io.argali.runtime.model.Model;
import io.argali.runtime.model.Sequential;
import io.argali.runtime.model.Symbol;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.trainer.FitOptions;
import io.argali.trainer.Trainer;
import io.argali.trainer.data.ArrayDataset;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people change in a model before they train it further. */
class EditTest {
    private static final Activation TANH = Activation.of("tanh");

    private static Model sequential() {
        return Model.of(
                "net",
                Sequential.of(
                        Shape.of(4), Dense.of(6, TANH), BatchNormalization.DEFAULTS, Dense.of(5, TANH), Dense.of(3)),
                1);
    }

    private static Model functional() {
        Symbol in = Symbol.input("x", 4);
        return Model.of(
                "net",
                Functional.of(
                        List.of(in),
                        List.of(in.then(Dense.of(6, TANH))
                                .then(Dense.of(5, TANH))
                                .then(Dense.of(3)))),
                1);
    }

    /** A net with {@link #sequential} inside, called {@code sequential}. */
    private static Model nested() {
        Symbol in = Symbol.input("x", 4);
        Sequential inner = Sequential.of(Shape.of(4), Dense.of(6, TANH), Dense.of(5));
        return Model.of("net", Functional.of(List.of(in), List.of(in.then(inner).then(Dense.of(3)))), 1);
    }

    private static Tensor x() {
        SplittableRandom r = new SplittableRandom(3);
        float[] x = new float[32];
        for (int i = 0; i < x.length; i++) x[i] = (float) r.nextDouble(-1, 1);
        return Tensor.of(x, 8, 4);
    }

    private static Trainer trained(Model m, int outputs) {
        Trainer t = Trainings.trainer(Trainings.compile(m, "adam", 0.05, "mse", List.of()), 1);
        t.fit(
                ArrayDataset.of(x(), Tensor.zeros(io.argali.runtime.tensor.DType.FLOAT32, Shape.of(8, outputs)), 4),
                FitOptions.epochs(2));
        return t;
    }

    @ParameterizedTest
    @CsvSource({
        "dense*, sequential/dense/bias",
        "sequential, dense/kernel",
        "sequential/dense, sequential/dense_1/kernel",
        "*1, dense/kernel",
        "'dens[a-f]', sequential/dense_1/kernel",
    })
    void frozenLayersStay(String pattern, String other) {
        Model m = nested();
        Model frozen = Edits.freeze(m, pattern);
        Set<String> trains = Edits.trainablePaths(frozen);
        assertTrue(trains.size() < Edits.trainablePaths(m).size(), trains::toString);
        assertEquals(!pattern.equals("dense*"), trains.contains(other), trains::toString);
        if (trains.isEmpty()) return;
        Trainer t = trained(frozen, 3);
        for (String path : m.weights().paths()) {
            boolean same = java.util.Arrays.equals(
                    m.weights().get(path).toFloatArray(), t.weights().get(path).toFloatArray());
            assertEquals(!trains.contains(path), same, path);
        }
    }

    @Test
    void aLayerInsideAFrozenOneCanBeTrained() {
        Model m = Edits.unfreeze(Edits.freeze(nested(), "sequential"), "sequential/dense_1");
        assertEquals(
                Set.of("sequential/dense_1/kernel", "sequential/dense_1/bias", "dense/kernel", "dense/bias"),
                Edits.trainablePaths(m));
    }

    @Test
    void whatIsNotThereCannotBeFrozen() {
        String message = assertThrows(IllegalArgumentException.class, () -> Edits.freeze(nested(), "conv*"))
                .getMessage();
        assertTrue(message.contains("\"conv*\"") && message.contains("sequential/dense_1"), message);
    }

    @Test
    void aNewHeadBeginsFreshOnTheOldBody() {
        for (Model m : List.of(sequential(), functional())) {
            Model body = Edits.withoutLast(m, 1);
            Model other = Edits.append(body, 9, Dense.of(7, Activation.of("softmax")));
            assertEquals(5, body.predict(x()).shape().last());
            assertEquals(7, other.predict(x()).shape().last());
            for (String path : body.weights().paths())
                assertEquals(m.weights().get(path), other.weights().get(path), path);
            assertArrayEquals(
                    body.predict(x()).toFloatArray(),
                    Edits.upTo(m, "dense_1").predict(x()).toFloatArray());
            assertEquals(3, m.predict(x()).shape().last(), "the model from before is as it was");
            trained(other, 7);
        }
    }

    @Test
    void aModelWithoutLayersIsNone() {
        assertThrows(IllegalArgumentException.class, () -> Edits.withoutLast(sequential(), 4));
        assertThrows(IllegalArgumentException.class, () -> Edits.withoutLast(functional(), 4));
        assertThrows(IllegalArgumentException.class, () -> Edits.upTo(sequential(), "conv"));
    }

    /** Keras' files hold the sum; a model that is loaded from one predicts the same, and its adapters are zero. */
    @Test
    void adaptersLearnAloneAndAreSavedInTheWeightsTheyAdapt(@TempDir Path folder) {
        Model m = sequential();
        Model adapted = Edits.enableLora(m, "dense*", 2, 5);
        assertArrayEquals(m.predict(x()).toFloatArray(), adapted.predict(x()).toFloatArray(), "nothing is learnt yet");
        Trainer t = trained(adapted, 3);
        assertArrayEquals(
                m.weights().get("dense/kernel").toFloatArray(),
                t.weights().get("dense/kernel").toFloatArray());
        assertFalse(java.util.Arrays.equals(
                adapted.weights().get("dense/lora_kernel_b").toFloatArray(),
                t.weights().get("dense/lora_kernel_b").toFloatArray()));
        for (String name : List.of("model.keras", "model.weights.h5")) {
            Path file = folder.resolve(name);
            Models.save(t.model(), file);
            if (!name.endsWith(".keras")) continue;
            Model loaded = Models.load(file);
            assertArrayEquals(
                    t.model().predict(x()).toFloatArray(), loaded.predict(x()).toFloatArray(), 1e-6f);
            assertEquals(0, loaded.weights().get("dense/lora_kernel_a").toFloatArray()[0]);
            Trainings.trainer(loaded, 1); // its optimizer's state fits
        }
    }

    @Test
    void adaptersComeOnce() {
        Model m = Edits.enableLora(sequential(), "dense", 2, 5);
        assertThrows(IllegalArgumentException.class, () -> Edits.enableLora(m, "dense", 2, 5));
        assertThrows(IllegalArgumentException.class, () -> Edits.enableLora(m, "batch_normalization", 2, 5));
    }
}
