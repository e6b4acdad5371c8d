package io.argali.cli;

import io.argali.trainer.History;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The figures of a training as JSON, as Python's {@code json.dump(history.history)} writes them. */
final class HistoryFile {
    private HistoryFile() {}

    static void write(Path file, History history) throws IOException {
        String json = history.values().entrySet().stream()
                .map(e -> quoted(e.getKey()) + ": " + figures(history, e.getKey()))
                .collect(Collectors.joining(", ", "{", "}\n"));
        Files.writeString(file, json);
    }

    private static String figures(History history, String name) {
        List<double[]> vectors = history.vectors(name);
        return vectors.isEmpty()
                ? list(history.get(name).stream().map(HistoryFile::number))
                : list(vectors.stream().map(v -> list(Arrays.stream(v).mapToObj(HistoryFile::number))));
    }

    private static String list(Stream<String> entries) {
        return entries.collect(Collectors.joining(", ", "[", "]"));
    }

    private static String quoted(String s) {
        return '"' + s.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** {@code NaN} and {@code Infinity} are Python's. */
    private static String number(double v) {
        return Double.toString(v);
    }
}
