package io.argali.testdata;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.argali.converters.Models;
import io.argali.converters.TrainingData;
import io.argali.converters.Trainings;
import io.argali.runtime.model.Model;
import io.argali.runtime.plan.CpuBackend;
import io.argali.runtime.tensor.Tensor;
import io.argali.trainer.Trainer;
import io.argali.trainer.data.ArrayDataset;
import io.argali.trainer.data.Batch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of every training run, over the golden ones: threads change no bit, and what was read stays as it was. */
class TrainerTest {
    private static final Path RUNS =
            GoldenCase.ROOT.resolveSibling("golden-training").resolve("runs");

    static Stream<Path> runs() throws IOException {
        try (Stream<Path> files = Files.list(RUNS)) {
            return files
                    .filter(p -> Files.exists(p.resolve("model.keras")) && Files.exists(p.resolve("data.npz")))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    private record Run(Model model, List<Batch> batches) {
        static Run of(Path folder) {
            Model model = Models.load(folder.resolve("model.keras"));
            List<Batch> batches = new ArrayList<>();
            new ArrayDataset(TrainingData.read(folder.resolve("data.npz"), model), 16, null)
                    .epoch(0)
                    .forEachRemaining(batches::add);
            return new Run(model, batches);
        }

        Trainer trainer(int threads) {
            return Trainings.trainer(model, "run", 3).on(CpuBackend.withThreads(threads));
        }

        void train(Trainer t) {
            for (int step = 0; step < 4; step++) t.trainOnBatch(batches.get(step % batches.size()));
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void theNumberOfThreadsChangesNoBit(Path folder) {
        Run run = Run.of(folder);
        Trainer one = run.trainer(1);
        run.train(one);
        for (int threads : new int[] {2, 3}) {
            Trainer many = run.trainer(threads);
            run.train(many);
            assertSame(copies(one.weights()), many.weights());
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void whatWasReadStaysWhileTrainingGoesOn(Path folder) {
        Run run = Run.of(folder);
        Trainer t = run.trainer(2);
        run.train(t);
        Map<String, Tensor> read = t.weights();
        Map<String, double[]> before = copies(read);
        List<Tensor> optimizer = t.optimizerState();
        List<double[]> optimizerBefore =
                optimizer.stream().map(Tensor::toDoubleArray).toList();
        t.profile(run.batches.get(0), 2);
        assertSame(before, t.weights()); // profiling trains nothing
        run.train(t);
        assertSame(before, read);
        for (int i = 0; i < optimizer.size(); i++)
            assertArrayEquals(optimizerBefore.get(i), optimizer.get(i).toDoubleArray());
        boolean moved = false;
        for (int i = 0; i < optimizer.size(); i++)
            moved |= !Arrays.equals(
                    optimizerBefore.get(i), t.optimizerState().get(i).toDoubleArray());
        assertTrue(moved, "nothing was trained");
    }

    private static Map<String, double[]> copies(Map<String, Tensor> weights) {
        Map<String, double[]> r = new LinkedHashMap<>();
        weights.forEach((k, v) -> r.put(k, v.toDoubleArray()));
        return r;
    }

    private static void assertSame(Map<String, double[]> expected, Map<String, Tensor> actual) {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((k, v) -> assertArrayEquals(v, actual.get(k).toDoubleArray(), k));
    }
}
