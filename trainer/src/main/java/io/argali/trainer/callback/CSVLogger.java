package io.argali.trainer.callback;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes the figures of every epoch as a row of a CSV file, byte for byte as Keras' {@code CSVLogger} does. */
public final class CSVLogger implements Callback {
    private static final String END = "\r\n";

    private final Path file;
    private final String separator;
    private final boolean append;

    private boolean header = true;
    private @Nullable Writer writer;
    private List<String> keys = List.of();

    /**
     * Logs to a file.
     *
     * @param append whether rows are added to a file that is there
     */
    public CSVLogger(Path file, String separator, boolean append) {
        this.file = file;
        this.separator = separator;
        this.append = append;
    }

    public CSVLogger(Path file) {
        this(file, ",", false);
    }

    @Override
    public void onTrainBegin(Training training) {
        try {
            header = !append || !Files.exists(file) || Files.size(file) == 0;
            writer = append
                    ? Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)
                    : Files.newBufferedWriter(file);
        } catch (IOException e) {
            throw failed(e);
        }
        keys = List.of();
    }

    @Override
    public void onEpochEnd(Training training, int epoch, Map<String, Double> logs) {
        if (keys.isEmpty()) {
            keys = keys(logs);
            if (header) row("epoch", keys);
        }
        row(
                Integer.toString(epoch),
                keys.stream()
                        .map(k -> logs.get(k) == null ? "NA" : PythonFormat.repr(logs.get(k)))
                        .toList());
    }

    /** Columns for validation are there from the beginning, so that the first validation may come later. */
    private static List<String> keys(Map<String, Double> logs) {
        List<String> sorted = new ArrayList<>(logs.keySet().stream().sorted().toList());
        if (sorted.stream().noneMatch(k -> k.startsWith("val_")))
            sorted.addAll(sorted.stream().map(k -> "val_" + k).toList());
        return sorted;
    }

    private void row(String first, List<String> rest) {
        if (writer == null) return;
        StringBuilder b = new StringBuilder(quoted(first));
        for (String s : rest) b.append(separator).append(quoted(s));
        try {
            writer.write(b.append(END).toString());
            writer.flush();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private String quoted(String s) {
        boolean needed = s.contains(separator) || s.contains("\"") || s.contains("\n") || s.contains("\r");
        return needed ? "\"" + s.replace("\"", "\"\"") + "\"" : s;
    }

    @Override
    public void onTrainEnd(Training training) {
        if (writer == null) return;
        try {
            writer.close();
        } catch (IOException e) {
            throw failed(e);
        }
        writer = null;
    }

    private UncheckedIOException failed(IOException e) {
        return new UncheckedIOException(file + ": the log could not be written: " + e.getMessage(), e);
    }
}
