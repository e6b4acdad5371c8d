package io.argali.testdata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.argali.converters.Trainings;
import io.argali.loader.json.Json;
import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.layer.core.Dense;
import io.argali.runtime.model.Model;
import io.argali.runtime.model.Sequential;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.trainer.FitOptions;
import io.argali.trainer.History;
import io.argali.trainer.Trainer;
import io.argali.trainer.callback.BackupAndRestore;
import io.argali.trainer.callback.CSVLogger;
import io.argali.trainer.callback.Callback;
import io.argali.trainer.callback.EarlyStopping;
import io.argali.trainer.callback.LearningRateScheduler;
import io.argali.trainer.callback.ModelCheckpoint;
import io.argali.trainer.callback.Monitor;
import io.argali.trainer.callback.ProgressLogger;
import io.argali.trainer.callback.ReduceLROnPlateau;
import io.argali.trainer.callback.TensorBoard;
import io.argali.trainer.callback.TerminateOnNaN;
import io.argali.trainer.callback.Training;
import io.argali.trainer.data.ArrayDataset;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Callbacks decide as Keras' do when they are told the same figures; and what they write can be read. */
class CallbackTest {
    private static final Path ROOT =
            GoldenCase.ROOT.resolveSibling("golden-training").resolve("callbacks");

    // What Keras decided

    /** Held, or it would be made anew with its level forgotten. */
    private static final java.util.logging.Logger WARNINGS =
            java.util.logging.Logger.getLogger(Monitor.class.getName());

    static {
        WARNINGS.setLevel(java.util.logging.Level.OFF); // some figures are missing on purpose
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> json(Path file) throws IOException {
        return (Map<String, Object>) Objects.requireNonNull(Json.parse(file.toString(), Files.readString(file)));
    }

    @SuppressWarnings("unchecked")
    private static Stream<DynamicTest> rows(String name, RowTest test) throws IOException {
        Map<String, Object> told = json(ROOT.resolve(name).resolve("told.json"));
        Map<String, List<Object>> figures = (Map<String, List<Object>>) told.get("figures");
        return ((List<Map<String, Object>>) told.get("rows"))
                .stream()
                        .map(r -> DynamicTest.dynamicTest(
                                r.toString(),
                                () -> test.check(r, Objects.requireNonNull(figures.get((String) r.get("figures"))))));
    }

    private interface RowTest {
        void check(Map<String, Object> row, List<Object> figures);
    }

    private static double number(Map<String, Object> row, String key) {
        return ((Number) Objects.requireNonNull(row.get(key))).doubleValue();
    }

    private static Monitor monitor(Map<String, Object> row) {
        return new Monitor(
                (String) row.get("monitor"),
                Monitor.Mode.valueOf(((String) row.get("mode")).toUpperCase(Locale.ROOT)),
                number(row, "min_delta"));
    }

    private static double figure(Object json) {
        return json instanceof Number n ? n.doubleValue() : Double.NaN;
    }

    /** Tells the figures, and gives the learning rate after each epoch. */
    private static List<Double> tell(Callback callback, String monitor, List<Object> figures, Fake training) {
        List<Double> rates = new ArrayList<>();
        callback.onTrainBegin(training);
        for (int epoch = 0; epoch < figures.size() && !training.stopped; epoch++) {
            callback.onEpochBegin(training, epoch);
            training.weights = Map.of("w", Tensor.of(new float[] {epoch}));
            Map<String, Double> logs = new LinkedHashMap<>();
            if (figures.get(epoch) != null) logs.put(monitor, figure(figures.get(epoch)));
            callback.onEpochEnd(training, epoch, logs);
            rates.add(training.rate);
        }
        callback.onTrainEnd(training);
        return rates;
    }

    @TestFactory
    Stream<DynamicTest> earlyStoppingStopsWhereKerasStops() throws IOException {
        return rows("early_stopping", (row, figures) -> {
            Double baseline = row.get("baseline") instanceof Number n ? n.doubleValue() : null;
            EarlyStopping callback = new EarlyStopping(
                    monitor(row),
                    (int) number(row, "patience"),
                    baseline,
                    (Boolean) row.get("restore_best_weights"),
                    (int) number(row, "start_from_epoch"));
            Fake training = new Fake();
            int epochs = tell(callback, (String) row.get("monitor"), figures, training)
                    .size();
            assertEquals(number(row, "epochs"), epochs, "epochs");
            assertEquals(
                    number(row, "weights_of"),
                    Objects.requireNonNull(training.weights.get("w")).item(),
                    "the epoch whose weights are there at the end");
        });
    }

    @TestFactory
    Stream<DynamicTest> plateausReduceTheRateWhereKerasReducesIt() throws IOException {
        return rows("reduce_lr_on_plateau", (row, figures) -> {
            ReduceLROnPlateau callback = new ReduceLROnPlateau(
                    monitor(row),
                    number(row, "factor"),
                    (int) number(row, "patience"),
                    (int) number(row, "cooldown"),
                    number(row, "min_lr"));
            assertEquals(row.get("rates"), tell(callback, (String) row.get("monitor"), figures, new Fake()));
        });
    }

    @TestFactory
    Stream<DynamicTest> tablesAreKerasTables() throws IOException {
        return Stream.of("plain", "semicolon", "validation", "later")
                .map(name -> DynamicTest.dynamicTest(name, () -> table(name)));
    }

    private static void table(String name) throws IOException {
        Map<String, Object> golden = json(ROOT.resolve("csv_logger").resolve(name + ".json"));
        List<?> logs = (List<?>) golden.get("logs");
        Path file = Files.createTempFile("argali", ".csv");
        try {
            for (int part = 0; part < 2; part++) {
                CSVLogger callback = new CSVLogger(file, (String) golden.get("separator"), part > 0);
                callback.onTrainBegin(new Fake());
                for (int i = 5 * part; i < Math.min(logs.size(), 5 * (part + 1)); i++) {
                    Map<String, Double> epoch = new LinkedHashMap<>();
                    ((Map<?, ?>) logs.get(i))
                            .forEach((k, v) ->
                                    epoch.put((String) k, "inf".equals(v) ? Double.POSITIVE_INFINITY : figure(v)));
                    callback.onEpochEnd(new Fake(), i - 5 * part, epoch);
                }
                callback.onTrainEnd(new Fake());
            }
            assertEquals(Files.readString(ROOT.resolve("csv_logger").resolve(name + ".csv")), Files.readString(file));
        } finally {
            Files.delete(file);
        }
    }

    /** A training of one weight. */
    private static final class Fake implements Training {
        double rate = 0.1f;
        boolean stopped;
        Map<String, Tensor> weights = Map.of();

        @Override
        public Model model() {
            return small();
        }

        @Override
        public Map<String, Tensor> weights() {
            return weights;
        }

        @Override
        public void setWeights(Map<String, Tensor> weights) {
            this.weights = weights;
        }

        @Override
        public double learningRate() {
            return rate;
        }

        @Override
        public void setLearningRate(double rate) {
            this.rate = (float) rate;
        }

        @Override
        public List<Tensor> state() {
            return List.copyOf(weights.values());
        }

        @Override
        public void setState(List<Tensor> state) {}

        @Override
        public void continueAt(int epoch, int step) {}

        @Override
        public String firstNotFinite(Map<String, Tensor> weights) {
            return "";
        }

        @Override
        public void stop() {
            stopped = true;
        }

        @Override
        public boolean isStopping() {
            return stopped;
        }

        @Override
        public int epochs() {
            return 10;
        }

        @Override
        public int batchesPerEpoch() {
            return 4;
        }

        @Override
        public long iterations() {
            return 0;
        }

        @Override
        public Optional<Boolean> greaterIsBetter(String metric) {
            return metric.endsWith("loss")
                    ? Optional.of(false)
                    : metric.endsWith("accuracy") ? Optional.of(true) : Optional.empty();
        }
    }

    // A real training

    private static final int SAMPLES = 20;

    private static Dense dense(int units, Activation activation) {
        return new Dense(units, activation, true, WeightOptions.GLOROT_UNIFORM, WeightOptions.ZEROS);
    }

    private static Model small() {
        Model m = Model.of(
                "net", Sequential.of(Shape.of(3), dense(4, Activation.of("tanh")), dense(1, Activation.LINEAR)), 1);
        return Trainings.compile(m, "adam", 0.01, "mse", List.of("mae"));
    }

    private static ArrayDataset data() {
        SplittableRandom r = new SplittableRandom(5);
        float[] x = new float[SAMPLES * 3], y = new float[SAMPLES];
        for (int i = 0; i < x.length; i++) x[i] = (float) r.nextDouble(-1, 1);
        for (int i = 0; i < y.length; i++) y[i] = x[3 * i] * x[3 * i + 1];
        return ArrayDataset.of(Tensor.of(x, SAMPLES, 3), Tensor.of(y, SAMPLES, 1), 6)
                .shuffled(3);
    }

    private static List<float[]> weights(Trainer t) {
        return t.weights().values().stream().map(Tensor::toFloatArray).toList();
    }

    private static void assertSame(List<float[]> expected, List<float[]> actual) {
        for (int i = 0; i < expected.size(); i++)
            org.junit.jupiter.api.Assertions.assertArrayEquals(expected.get(i), actual.get(i), "weight " + i);
    }

    /** A run that is killed at any step, and begun again in another process, ends as if nothing had been. */
    @Test
    void killedRunsGoOnWhereTheyWere(@TempDir Path folder) {
        Trainer whole = Trainings.trainer(small(), 1);
        Map<String, List<Double>> expected =
                whole.fit(data(), FitOptions.epochs(3)).values();
        for (int killedAfter : new int[] {1, 3, 4, 6, 11}) {
            Path file = folder.resolve("backup" + killedAfter);
            int[] steps = {0};
            Callback killer = new Callback() {
                @Override
                public void onBatchEnd(Training training, int step, Map<String, Double> logs) {
                    if (++steps[0] == killedAfter) throw new IllegalStateException("killed");
                }
            };
            assertThrows(
                    IllegalStateException.class,
                    () -> Trainings.trainer(small(), 1)
                            .fit(data(), FitOptions.epochs(3).with(BackupAndRestore.everySteps(1, file), killer)));
            Trainer again = Trainings.trainer(small(), 1);
            History rest = again.fit(data(), FitOptions.epochs(3).with(BackupAndRestore.everySteps(1, file)));
            assertSame(weights(whole), weights(again));
            int left = rest.get("loss").size();
            rest.values()
                    .forEach((name, values) -> assertEquals(
                            Objects.requireNonNull(expected.get(name)).subList(3 - left, 3), values, name));
            assertFalse(Files.exists(file), "the backup is there after the end");
        }
    }

    @Test
    void damagedBackupsAreNotGoneOnFrom(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("backup");
        Trainings.trainer(small(), 1).fit(data(), FitOptions.epochs(1).with(new BackupAndRestore(file, 0, false)));
        byte[] bytes = Files.readAllBytes(file);
        SplittableRandom r = new SplittableRandom(2);
        for (int i = 0; i < 50; i++) {
            byte[] broken = bytes.clone();
            broken[r.nextInt(bytes.length)] ^= (byte) (1 << r.nextInt(8));
            Files.write(file, i % 10 == 0 ? java.util.Arrays.copyOf(bytes, r.nextInt(bytes.length)) : broken);
            String message = assertThrows(
                            IllegalArgumentException.class,
                            () -> Trainings.trainer(small(), 1)
                                    .fit(data(), FitOptions.epochs(2).with(BackupAndRestore.everyEpoch(file))))
                    .getMessage();
            assertTrue(message.contains("delete it to begin anew"), message);
        }
    }

    @Test
    void aBackupOfAnotherModelSaysWhichWeightDoesNotFit(@TempDir Path folder) {
        Path file = folder.resolve("backup");
        Trainings.trainer(small(), 1).fit(data(), FitOptions.epochs(1).with(new BackupAndRestore(file, 0, false)));
        Model other = Trainings.compile(
                Model.of(
                        "net", Sequential.of(Shape.of(3), dense(5, Activation.LINEAR), dense(1, Activation.LINEAR)), 1),
                "adam",
                null,
                "mse",
                null);
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> Trainings.trainer(other, 1)
                                .fit(data(), FitOptions.epochs(2).with(BackupAndRestore.everyEpoch(file))))
                .getMessage();
        assertTrue(message.contains("dense/kernel") && message.contains("(3, 4)"), message);
    }

    @Test
    void checkpointsAreNamedByPattern(@TempDir Path folder) throws IOException {
        List<String> names = new ArrayList<>();
        Trainings.trainer(small(), 1)
                .fit(
                        data(),
                        FitOptions.epochs(2)
                                .validatedOn(data())
                                .with(ModelCheckpoint.everyEpoch(
                                        folder.resolve("deep/{epoch:02d}-{val_loss:.2f}.keras")
                                                .toString(),
                                        CallbackTest::touch)));
        try (Stream<Path> files = Files.list(folder.resolve("deep"))) {
            files.sorted().forEach(f -> names.add(f.getFileName().toString()));
        }
        assertEquals(2, names.size(), names::toString);
        assertTrue(
                names.get(0).matches("01-0\\.\\d\\d\\.keras") && names.get(1).matches("02-0\\.\\d\\d\\.keras"),
                names::toString);
    }

    private static void touch(Model model, Path file) {
        try {
            Files.writeString(file, "model");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void onlyTheBestIsKept() {
        List<Integer> saved = new ArrayList<>();
        int[] epoch = {0};
        Fake training = new Fake();
        ModelCheckpoint callback = ModelCheckpoint.best(
                "val_loss",
                Path.of(
                                System.getProperty("java.io.tmpdir"),
                                "best-" + ProcessHandle.current().pid())
                        .toString(),
                (m, p) -> {
                    touch(m, p);
                    saved.add(epoch[0]);
                });
        for (double v : new double[] {1, 2, 0.5, 0.5, 0.4}) {
            callback.onEpochBegin(training, epoch[0]);
            callback.onEpochEnd(training, epoch[0], Map.of("val_loss", v));
            epoch[0]++;
        }
        assertEquals(List.of(0, 2, 4), saved);
    }

    @Test
    void aFullDiskLeavesTheLastCheckpoint(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("model.keras");
        int[] writes = {0};
        ModelCheckpoint callback = ModelCheckpoint.everyEpoch(file.toString(), (m, p) -> {
            touch(m, p);
            if (++writes[0] == 2) throw new UncheckedIOException(new IOException("No space left on device"));
        });
        callback.onEpochEnd(new Fake(), 0, Map.of());
        Files.writeString(file, "good");
        String message = assertThrows(UncheckedIOException.class, () -> callback.onEpochEnd(new Fake(), 1, Map.of()))
                .getMessage();
        assertTrue(message.contains("No space left") && message.contains("still there"), message);
        assertEquals("good", Files.readString(file));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(1, files.count(), "what was written in part is gone");
        }
    }

    @Test
    void theLayerThatMakesNoNumberIsNamed() {
        Layers bad = new Layers();
        IllegalStateException e = assertThrows(
                IllegalStateException.class,
                () -> Trainings.trainer(bad.model(), 1)
                        .fit(data(), FitOptions.epochs(1).with(TerminateOnNaN.naming())));
        assertTrue(
                e.getMessage().contains("at step 1 of epoch 1")
                        && e.getMessage().contains("\"root\""),
                e.getMessage());
    }

    /** A net with the root of what may be below zero in it. */
    private static final class Layers {
        Model model() {
            Dense root = dense(2, Activation.of("root", x -> x.subtract(10).sqrt()));
            Sequential s = new Sequential(
                    List.of(
                            Sequential.of(Shape.of(3)).layers().get(0),
                            io.argali.runtime.layer.Instance.of("fine", dense(4, Activation.of("tanh"))),
                            io.argali.runtime.layer.Instance.of("root", root),
                            io.argali.runtime.layer.Instance.of("after", dense(1, Activation.LINEAR))),
                    null);
            return Trainings.compile(Model.of("net", s, 1), "sgd", null, "mse", null);
        }
    }

    @Test
    void schedulesSetTheRateOfEachEpoch() {
        Map<String, List<Double>> history = Trainings.trainer(small(), 1)
                .fit(data(), FitOptions.epochs(3).with(new LearningRateScheduler((epoch, rate) -> rate / 2)))
                .values();
        assertEquals(List.of((double) 0.005f, (double) 0.0025f, (double) 0.00125f), history.get("learning_rate"));
    }

    @Test
    void progressIsALineForEachEpochWhereThereIsNoTerminal() {
        StringWriter out = new StringWriter();
        Trainings.trainer(small(), 1)
                .fit(data(), FitOptions.epochs(2).with(new ProgressLogger(new PrintWriter(out), false)));
        List<String> lines = out.toString().lines().toList();
        assertEquals(2, lines.size(), out::toString);
        assertTrue(lines.get(1).matches("Epoch 2/2  4 steps  .* loss: [0-9.e-]+  mae: [0-9.e-]+"), out::toString);
    }

    @Test
    void eventsAreRecordsWithTheirChecksums(@TempDir Path folder) throws IOException {
        Trainings.trainer(small(), 1)
                .fit(data(), FitOptions.epochs(2).validatedOn(data()).with(new TensorBoard(folder, 1, 1, null)));
        for (String part : List.of("train", "validation")) {
            try (Stream<Path> files = Files.list(folder.resolve(part))) {
                Path file = files.findFirst().orElseThrow();
                assertTrue(file.getFileName().toString().startsWith("events.out.tfevents."), file::toString);
                assertTrue(records(Files.readAllBytes(file)) > 4, part);
            }
        }
    }

    private static int records(byte[] bytes) {
        ByteBuffer b = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int n = 0;
        for (; b.hasRemaining(); n++) {
            int at = b.position();
            long length = b.getLong();
            assertEquals(masked(bytes, at, 8), b.getInt());
            assertEquals(masked(bytes, b.position(), (int) length), b.getInt(b.position() + (int) length));
            b.position(b.position() + (int) length + 4);
        }
        return n;
    }

    private static int masked(byte[] bytes, int at, int n) {
        CRC32C c = new CRC32C();
        c.update(bytes, at, n);
        return Integer.rotateRight((int) c.getValue(), 15) + 0xa282ead8;
    }
}
