package io.argali.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.layer.core.Dense;
import io.argali.runtime.model.Functional;
import io.argali.runtime.model.Model;
import io.argali.runtime.model.Symbol;
import io.argali.runtime.plan.CpuBackend;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuickStartTest {
    private static final int AGAIN = 75;

    /** Dense(4) on 3 columns: 12 multiplications for a row, and 4 elements for the bias. */
    @Test
    void endsBeforeThePredictionThatWouldBeTooMuch() {
        Symbol x = Symbol.input("x", 3);
        Symbol y = x.then(new Dense(4, Activation.LINEAR, true, WeightOptions.GLOROT_UNIFORM, WeightOptions.ZEROS));
        Model model = Model.of("m", Functional.of(List.of(x), List.of(y)), 1);
        long row = 12 + 4 * 4;

        Model limited = model.withBackend(QuickStart.limited(CpuBackend.best(), AGAIN, 5 * row));
        limited.predict(new float[2][3]);
        limited.predict(new float[2][3]);
        QuickStart.TooMuchWork third =
                assertThrows(QuickStart.TooMuchWork.class, () -> limited.predict(new float[2][3]));
        assertEquals(AGAIN, third.exitCode());
        Model other = model.withBackend(QuickStart.limited(CpuBackend.best(), AGAIN, 5 * row));
        assertThrows(QuickStart.TooMuchWork.class, () -> other.predict(new float[6][3]));
    }

    /** A file of that many bytes, which is no model: it is refused, unless the sizes say that it is not looked at before another start. */
    @ParameterizedTest
    @CsvSource({"true, 100_000_001, 75", "true, 9_000_000, 1", "false, 100_000_001, 1"})
    void asksForAnotherStartBySizeAlone(boolean quick, String bytes, int exitCode, @TempDir Path folder)
            throws Exception {
        Path model = file(folder.resolve("m.keras"), 1_000_000),
                input = file(folder.resolve("x.npz"), Long.parseLong(bytes.replace("_", "")));
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
        if (quick) command.add("-Dargali.again=" + AGAIN);
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                "io.argali.cli.Main",
                "predict",
                model.toString(),
                "--input",
                input.toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes());
        assertEquals(exitCode, process.waitFor(), printed);
        assertEquals(exitCode == AGAIN, printed.isEmpty(), printed);
    }

    private static Path file(Path path, long bytes) throws IOException {
        try (RandomAccessFile f = new RandomAccessFile(path.toFile(), "rw")) {
            f.setLength(bytes);
        }
        return path;
    }
}
