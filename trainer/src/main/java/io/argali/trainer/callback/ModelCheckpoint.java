package io.argali.trainer.callback;

import io.argali.runtime.model.Model;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Saves the model after every epoch, every so many batches, or whenever it is the best so far. Source: Keras' {@code ModelCheckpoint}. A file is
 * written beside its place and put there when it is whole, so what was there before outlives a full disk.
 */
public final class ModelCheckpoint implements Callback {
    private final String pattern;
    private final BiConsumer<Model, Path> writer;
    private final Monitor monitor;
    private final boolean saveBestOnly;
    private final int everySteps;
    private final @Nullable Double threshold;

    private final StepCount steps = new StepCount();
    private int epoch;
    private @Nullable Double best;

    /**
     * Saves to a file.
     *
     * @param pattern the file's path; {@code {epoch:02d}} and {@code {val_loss:.2f}} stand for numbers as in Python
     * @param writer writes a model: {@code Models::save}
     * @param everySteps batches between two files; 0 for after every epoch
     * @param threshold nothing worse than this is saved as the best; null for none
     */
    public ModelCheckpoint(
            String pattern,
            BiConsumer<Model, Path> writer,
            Monitor monitor,
            boolean saveBestOnly,
            int everySteps,
            @Nullable Double threshold) {
        this.pattern = pattern;
        this.writer = writer;
        this.monitor = monitor;
        this.saveBestOnly = saveBestOnly;
        this.everySteps = everySteps;
        this.threshold = threshold;
        this.best = threshold;
    }

    /** After every epoch. */
    public static ModelCheckpoint everyEpoch(String pattern, BiConsumer<Model, Path> writer) {
        return new ModelCheckpoint(pattern, writer, Monitor.of("val_loss"), false, 0, null);
    }

    /** After every so many batches. */
    public static ModelCheckpoint everySteps(int steps, String pattern, BiConsumer<Model, Path> writer) {
        return new ModelCheckpoint(pattern, writer, Monitor.of("val_loss"), false, steps, null);
    }

    /** After an epoch that was the best so far. */
    public static ModelCheckpoint best(String monitor, String pattern, BiConsumer<Model, Path> writer) {
        return new ModelCheckpoint(pattern, writer, Monitor.of(monitor), true, 0, null);
    }

    @Override
    public void onEpochBegin(Training training, int epoch) {
        this.epoch = epoch;
    }

    @Override
    public void onBatchEnd(Training training, int step, Map<String, Double> logs) {
        if (everySteps > 0 && steps.isDue(step, everySteps)) save(training, step, logs);
    }

    @Override
    public void onEpochEnd(Training training, int epoch, Map<String, Double> logs) {
        if (everySteps == 0) save(training, null, logs);
    }

    private void save(Training training, @Nullable Integer step, Map<String, Double> logs) {
        if (saveBestOnly) {
            Double current = monitor.in(logs, "ModelCheckpoint");
            if (current != null && !monitor.isBetter(training, current, best)) return;
            if (current != null) best = current;
        }
        Map<String, Number> numbers = new LinkedHashMap<>(new HashMap<>(logs));
        numbers.put("epoch", epoch + 1);
        if (step != null) numbers.putIfAbsent("batch", step + 1);
        Path file = Path.of(PythonFormat.format(pattern, numbers));
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) Files.createDirectories(folder);
            NewFile.replace(file, part -> writer.accept(training.model(), part));
        } catch (IOException | RuntimeException e) { // whatever the writer throws
            IOException cause = e instanceof IOException io ? io : new IOException(e);
            String before = Files.exists(file) ? "; the checkpoint from before is still there" : "";
            throw new UncheckedIOException(
                    file + ": the checkpoint could not be written (" + e.getMessage() + ")" + before, cause);
        }
    }
}
