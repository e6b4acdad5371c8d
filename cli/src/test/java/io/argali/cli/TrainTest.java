package io.argali.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.argali.converters.Models;
import io.argali.converters.Trainings;
import io.argali.loader.ArrayData;
import io.argali.loader.npy.Npz;
import io.argali.runtime.layer.core.Dense;
import io.argali.runtime.model.Model;
import io.argali.runtime.model.Sequential;
import io.argali.runtime.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code argali train} and {@code argali evaluate}: files in, files out, exit codes. */
class TrainTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path folder;

    @BeforeEach
    void write() throws IOException {
        Model m = Model.of("net", Sequential.of(Shape.of(2), Dense.of(3), Dense.of(1)), 1);
        Models.save(Trainings.compile(m, "adam", 0.01, "mse", List.of("mae")), folder.resolve("model.keras"));
        Models.save(m, folder.resolve("bare.keras"));
        data("data.npz", 10, 10);
        data("short.npz", 10, 9);
        data("empty.npz", 0, 0);
    }

    private void data(String name, int samples, int labels) throws IOException {
        float[] x = new float[2 * samples], y = new float[labels];
        for (int i = 0; i < x.length; i++) x[i] = i % 7 / 7f;
        for (int i = 0; i < y.length; i++) y[i] = i % 3;
        Map<String, ArrayData> arrays = new LinkedHashMap<>();
        arrays.put("x", ArrayData.ofFloats(x, samples, 2));
        arrays.put("y", ArrayData.ofFloats(y, labels, 1));
        Npz.write(folder.resolve(name), arrays);
    }

    private String at(String name) {
        return folder.resolve(name).toString();
    }

    private int train(String model, String data, String... more) {
        List<String> args =
                new java.util.ArrayList<>(List.of("train", at(model), "--data", at(data), "--output", at("out.keras")));
        args.addAll(List.of(more));
        return Main.run(args.toArray(String[]::new));
    }

    @Test
    void aTableTrainsAsArraysDo() throws IOException {
        StringBuilder table = new StringBuilder("width,height,y\n");
        for (int i = 0; i < 10; i++) table.append(2 * i % 7 / 7f + "," + (2 * i + 1) % 7 / 7f + "," + i % 3 + "\n");
        Files.writeString(folder.resolve("data.csv"), table);
        for (String data : List.of("data.npz", "data.csv"))
            assertEquals(
                    0, train("model.keras", data, "--epochs", "2", "--no-shuffle", "--history", at(data + ".json")));
        assertEquals(
                Files.readString(folder.resolve("data.npz.json")), Files.readString(folder.resolve("data.csv.json")));
        Files.writeString(folder.resolve("data.csv"), "width,y\n1,2\n");
        assertEquals(1, train("model.keras", "data.csv"));
    }

    @Test
    void aTrainedModelGoesOnFromItsFile() throws IOException {
        assertEquals(
                0,
                train(
                        "model.keras",
                        "data.npz",
                        "--epochs",
                        "2",
                        "--no-shuffle",
                        "--batch-size",
                        "4",
                        "--history",
                        at("h.json")));
        assertTrue(Files.readString(folder.resolve("h.json"))
                .matches("\\{\"loss\": \\[[^]]+, [^]]+], \"mae\": \\[[^]]+, [^]]+]}\\s*"));
        Model out = Models.load(folder.resolve("out.keras"));
        assertEquals(6, out.savedTraining().optimizerVariables().get(0).item(), "steps, counted in the file");
        assertEquals(0, Main.run("evaluate", at("out.keras"), "--data", at("data.npz")));
        assertEquals(
                0,
                Main.run(
                        "bench-train",
                        at("out.keras"),
                        "--data",
                        at("data.npz"),
                        "--batch-size",
                        "5",
                        "--steps",
                        "2",
                        "--json"));
    }

    @Test
    void allThatIsWrittenBesideIsThere() {
        assertEquals(
                0,
                train(
                        "model.keras",
                        "data.npz",
                        "--validation-split",
                        "0.2",
                        "--csv",
                        at("log.csv"),
                        "--tensorboard",
                        at("events"),
                        "--checkpoint",
                        at("at-{epoch:02d}.keras"),
                        "--early-stopping",
                        "3",
                        "--backup",
                        at("backup"),
                        "--epochs",
                        "2",
                        "--freeze",
                        "dense",
                        "--seed",
                        "3"));
        for (String name : List.of("log.csv", "events/train", "events/validation", "at-01.keras", "at-02.keras")) {
            assertTrue(Files.exists(folder.resolve(name)), name);
        }
        assertFalse(Files.exists(folder.resolve("backup")), "the backup is gone when training has ended");
    }

    @Test
    void aFailingJobLetsTheOthersRun() throws IOException {
        String lines = "%s\t%s\t%s\t1\t4\t%s\n"
                        .formatted(at("missing.keras"), at("data.npz"), at("a.keras"), at("a.json"))
                + "%s\t%s\t%s\t1\t4\t%s\n".formatted(at("model.keras"), at("short.npz"), at("b.keras"), at("b.json"))
                + "%s\t%s\t%s\t2\t4\t%s\n".formatted(at("model.keras"), at("data.npz"), at("c.keras"), at("c.json"));
        Files.writeString(folder.resolve("jobs"), lines);
        assertEquals(1, Main.run("train", "--jobs", at("jobs")));
        assertFalse(Files.exists(folder.resolve("b.keras")));
        assertTrue(Files.exists(folder.resolve("c.keras")) && Files.exists(folder.resolve("c.json")));
    }

    @Test
    void whatCannotBeTrainedLeavesNothing() {
        assertEquals(1, train("model.keras", "short.npz"));
        assertEquals(1, train("model.keras", "empty.npz"));
        assertEquals(1, train("bare.keras", "data.npz"));
        assertEquals(1, train("model.keras", "data.npz", "--metrics", "acuracy"));
        assertEquals(1, train("model.keras", "data.npz", "--freeze", "conv*"));
        assertEquals(2, train("model.keras", "data.npz", "--validation-split", "1.5"));
        assertFalse(Files.exists(folder.resolve("out.keras")));
        assertEquals(0, train("bare.keras", "data.npz", "--optimizer", "sgd", "--loss", "mse"));
    }
}
