package io.argali.cli;

import io.argali.trainer.History;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** The figures of a training as JSON, as Python's {@code json.dump(history.history)} writes them. */
final class HistoryFile {
    private HistoryFile() {}

    static void write(Path file, History history) throws IOException {
        String json = history.values().entrySet().stream()
                .map(e -> quoted(e.getKey()) + ": ["
                        + e.getValue().stream().map(HistoryFile::number).collect(Collectors.joining(", ")) + "]")
                .collect(Collectors.joining(", ", "{", "}\n"));
        Files.writeString(file, json);
    }

    private static String quoted(String s) {
        return '"' + s.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** {@code NaN} and {@code Infinity} are Python's. */
    private static String number(double v) {
        return Double.toString(v);
    }
}
