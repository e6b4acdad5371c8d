package io.argali.trainer.callback;

import io.argali.runtime.model.Model;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes event files that TensorBoard shows: the figures of every epoch under {@code train} and {@code validation}, with the tags that Keras gives
 * them; if asked, histograms of the weights, figures of batches, and the model as a graph. Source: Keras' {@code TensorBoard}.
 */
public final class TensorBoard implements Callback {
    private final Path folder;
    private final int histogramEpochs;
    private final int everySteps;
    private final @Nullable Function<Model, String> graph;

    private @Nullable EventFile train;
    private @Nullable EventFile validation;
    private long batches;

    /**
     * Writes into a folder.
     *
     * @param histogramEpochs every how many epochs the weights are written; 0 for never
     * @param everySteps every how many batches their figures are written; 0 for never
     * @param graph a model's Keras configuration as JSON, which is drawn; null for none
     */
    public TensorBoard(Path folder, int histogramEpochs, int everySteps, @Nullable Function<Model, String> graph) {
        this.folder = folder;
        this.histogramEpochs = histogramEpochs;
        this.everySteps = everySteps;
        this.graph = graph;
    }

    public TensorBoard(Path folder) {
        this(folder, 0, 0, null);
    }

    /** What may fail on the disk. */
    @FunctionalInterface
    private interface Writing {
        void run() throws IOException;
    }

    private void writing(Writing work) {
        try {
            work.run();
        } catch (IOException e) {
            throw new UncheckedIOException(folder + ": events could not be written: " + e.getMessage(), e);
        }
    }

    @Override
    public void onTrainBegin(Training training) {
        batches = 0;
        writing(() -> {
            EventFile file = new EventFile(folder.resolve("train"), 0);
            train = file;
            if (graph != null) file.kerasModel(graph.apply(training.model()));
        });
    }

    @Override
    public void onBatchEnd(Training training, int step, Map<String, Double> logs) {
        batches++;
        EventFile file = train;
        if (file == null || everySteps == 0 || batches % everySteps != 0) return;
        writing(() -> {
            for (Map.Entry<String, Double> e : logs.entrySet())
                file.scalar("batch_" + e.getKey(), e.getValue(), batches);
        });
    }

    @Override
    public void onEpochEnd(Training training, int epoch, Map<String, Double> logs) {
        writing(() -> {
            for (Map.Entry<String, Double> e : logs.entrySet()) {
                if (e.getKey().startsWith("val_"))
                    validated(training, epoch, e.getKey().substring("val_".length()), e.getValue());
                else if (train != null && !e.getKey().equals("learning_rate"))
                    train.scalar("epoch_" + e.getKey(), e.getValue(), epoch);
            }
            if (train == null) return;
            if (!Double.isNaN(training.learningRate()))
                train.scalar("epoch_learning_rate", training.learningRate(), epoch);
            if (histogramEpochs > 0 && epoch % histogramEpochs == 0) weights(train, training, epoch);
            train.flush();
            if (validation != null) validation.flush();
        });
    }

    private void validated(Training training, int epoch, String name, double value) throws IOException {
        EventFile file = validation;
        if (file == null) {
            file = new EventFile(folder.resolve("validation"), 1);
            validation = file;
        }
        file.scalar("epoch_" + name, value, epoch);
        file.scalar("evaluation_" + name + "_vs_iterations", value, training.iterations());
    }

    private static void weights(EventFile file, Training training, int epoch) throws IOException {
        for (var e : training.weights().entrySet()) {
            if (e.getValue().dtype().isFloating())
                file.histogram(e.getKey() + "/histogram", e.getValue().toDoubleArray(), epoch);
        }
    }

    @Override
    public void onTrainEnd(Training training) {
        writing(() -> {
            if (train != null) train.close();
            if (validation != null) validation.close();
        });
        train = null;
        validation = null;
    }
}
