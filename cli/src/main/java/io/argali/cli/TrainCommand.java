package io.argali.cli;

import io.argali.converters.Models;
import io.argali.converters.TrainingData;
import io.argali.converters.Trainings;
import io.argali.runtime.model.Edits;
import io.argali.runtime.model.Model;
import io.argali.trainer.FitOptions;
import io.argali.trainer.History;
import io.argali.trainer.Trainer;
import io.argali.trainer.callback.BackupAndRestore;
import io.argali.trainer.callback.CSVLogger;
import io.argali.trainer.callback.Callback;
import io.argali.trainer.callback.EarlyStopping;
import io.argali.trainer.callback.ModelCheckpoint;
import io.argali.trainer.callback.ProgressLogger;
import io.argali.trainer.callback.TensorBoard;
import io.argali.trainer.callback.TerminateOnNaN;
import io.argali.trainer.data.ArrayDataset;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code argali train}. */
@Command(
        name = "train",
        description = {
            "Trains a model further, or anew.",
            "Without --optimizer, --loss and --metrics, training goes on as the file says, with the optimizer's state in it."
        },
        mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer> {
    private static final int INTERRUPTED = 130;

    @Parameters(paramLabel = "MODEL", arity = "0..1", description = "The model.")
    private @Nullable Path model;

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description =
                    "An .npz with x (or x_<input>), y (or y_<output>) and, if wanted, sample_weight; or a .csv with columns y, "
                            + "sample_weight, and features.")
    private @Nullable Path data;

    @Option(names = "--output", paramLabel = "FILE", description = "Where the trained model goes (.keras).")
    private @Nullable Path output;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "1",
            description = "The number of the last epoch (default ${DEFAULT-VALUE}).")
    private int epochs;

    @Option(
            names = "--initial-epoch",
            paramLabel = "N",
            defaultValue = "0",
            description = "Epochs that were trained before.")
    private int initialEpoch;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            defaultValue = "32",
            description = "Samples in a step (default ${DEFAULT-VALUE}).")
    private int batchSize;

    @Option(names = "--no-shuffle", description = "Keep the order of the samples.")
    private boolean noShuffle;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "For shuffling and dropout (default ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--optimizer", paramLabel = "NAME", description = "A fresh optimizer: adam, sgd, adamw, rmsprop …")
    private @Nullable String optimizer;

    @Option(names = "--learning-rate", paramLabel = "RATE", description = "Instead of the optimizer's own.")
    private @Nullable Double learningRate;

    @Option(
            names = "--loss",
            paramLabel = "NAME",
            description = "mse, binary_crossentropy, sparse_categorical_crossentropy …")
    private @Nullable String loss;

    @Option(
            names = "--metrics",
            paramLabel = "NAME",
            split = ",",
            description = "accuracy, mae …; several with commas.")
    private @Nullable List<String> metrics;

    @Option(
            names = "--freeze",
            paramLabel = "LAYER",
            split = ",",
            description = "Layers whose weights stay: names or patterns, 'block[1-4]*'.")
    private List<String> freeze = List.of();

    @Option(
            names = "--unfreeze",
            paramLabel = "LAYER",
            split = ",",
            description = "Layers whose weights are trained; after --freeze.")
    private List<String> unfreeze = List.of();

    @Option(
            names = "--validation-split",
            paramLabel = "PART",
            description = "The last part of the samples is not trained on: 0.2.")
    private @Nullable Double validationSplit;

    @Option(names = "--validation-data", paramLabel = "FILE", description = "Samples to evaluate on after every epoch.")
    private @Nullable Path validationData;

    @Option(
            names = "--class-weight",
            paramLabel = "CLASS=WEIGHT",
            split = ",",
            description = "How much samples of a class count: 0=1,1=3.")
    private Map<Integer, Double> classWeight = Map.of();

    @Option(
            names = "--early-stopping",
            paramLabel = "N",
            description = "End after N epochs that were not better, with the weights of the best.")
    private @Nullable Integer earlyStopping;

    @Option(
            names = "--checkpoint",
            paramLabel = "FILE",
            description = "Save the model after every epoch; {epoch:02d} and {val_loss:.2f} are filled in.")
    private @Nullable String checkpoint;

    @Option(
            names = "--backup",
            paramLabel = "FILE",
            description = "Keep all there is after every epoch; the same command goes on from there.")
    private @Nullable Path backup;

    @Option(names = "--tensorboard", paramLabel = "DIR", description = "Write events for TensorBoard.")
    private @Nullable Path tensorboard;

    @Option(names = "--csv", paramLabel = "FILE", description = "Write loss and metrics of every epoch as a table.")
    private @Nullable Path csv;

    @Option(names = "--history", paramLabel = "FILE", description = "Write loss and metrics of every epoch as JSON.")
    private @Nullable Path history;

    @Option(
            names = "--jobs",
            paramLabel = "FILE",
            description =
                    "Many trainings, not shuffled: lines MODEL<TAB>DATA.npz<TAB>OUT.keras<TAB>EPOCHS<TAB>BATCH_SIZE<TAB>HISTORY.json.")
    private @Nullable Path jobs;

    @Mixin
    private final Loading loading = new Loading();

    @Mixin
    private final Engine engine = new Engine();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private Main main;

    @Override
    public Integer call() throws Exception {
        if (jobs != null) {
            return new Jobs(spec.commandLine().getErr(), main.stacktrace())
                    .run(
                            jobs,
                            "MODEL<TAB>DATA.npz<TAB>OUT.keras<TAB>EPOCHS<TAB>BATCH_SIZE<TAB>HISTORY.json",
                            n -> Progress.of("Training", n),
                            (at, f) -> job(
                                    Path.of(f[0]),
                                    Path.of(f[1]),
                                    Path.of(f[2]),
                                    number(at, f[3]),
                                    number(at, f[4]),
                                    Path.of(f[5])));
        }
        Path modelFile = model, dataFile = data, outputFile = output;
        if (modelFile == null || dataFile == null || outputFile == null) {
            throw new ParameterException(
                    spec.commandLine(), "train needs a MODEL, --data FILE and --output FILE, or --jobs FILE");
        }
        if (batchSize < 1)
            throw new ParameterException(spec.commandLine(), "--batch-size must be 1 or more, got " + batchSize);
        if (validationSplit != null && !(validationSplit > 0 && validationSplit < 1)) {
            throw new ParameterException(
                    spec.commandLine(), "--validation-split must be between 0 and 1, got " + validationSplit);
        }
        Models.checkName(outputFile);
        for (Path p : new @Nullable Path[] {outputFile, csv, history, backup}) if (p != null) checkFolder(p);
        return Failures.guard(modelFile.toString(), () -> run(modelFile, dataFile, outputFile));
    }

    /** Before hours of training, not after. */
    private static void checkFolder(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder))
            throw new IllegalArgumentException(file + ": its folder does not exist");
        if (!Files.isWritable(folder)) throw new IllegalArgumentException(file + ": its folder cannot be written to");
    }

    private int run(Path modelFile, Path dataFile, Path outputFile) throws IOException {
        Model m = Trainings.compile(loading.load(modelFile), optimizer, learningRate, loss, metrics);
        if (!freeze.isEmpty() || !unfreeze.isEmpty()) m = frozen(modelFile, m);
        Trainer trainer = engine.on(Trainings.trainer(m, modelFile.toString(), seed));
        if (optimizer == null && learningRate != null) trainer.setLearningRate(learningRate);

        ArrayDataset samples = dataset(dataFile, m, batchSize, noShuffle ? null : Long.valueOf(seed));
        FitOptions options = FitOptions.epochs(epochs).from(initialEpoch).weighted(classWeight);
        if (validationSplit != null) {
            List<ArrayDataset> parts = samples.split(validationSplit);
            samples = parts.get(0);
            options = options.validatedOn(parts.get(1));
        }
        if (validationData != null) options = options.validatedOn(dataset(validationData, m, batchSize, null));

        try (Interruption interruption = new Interruption(spec.commandLine().getErr())) {
            List<Callback> callbacks = callbacks(options.validation() != null);
            callbacks.add(interruption);
            History figures;
            try {
                figures = fit(
                        trainer,
                        samples,
                        options.with(callbacks.toArray(Callback[]::new)),
                        modelFile + " with " + dataFile);
            } catch (UncheckedIOException e) { // a checkpoint or a log: what was learned is not lost with it
                Models.save(trainer.model(), outputFile);
                throw new IllegalStateException(
                        e.getMessage() + "; training ended there, and the model is in " + outputFile, e);
            }
            Models.save(trainer.model(), outputFile);
            if (history != null) HistoryFile.write(history, figures);
            if (!interruption.hasCome()) return 0;
            spec.commandLine()
                    .getErr()
                    .println("argali: interrupted; the model as it was after the last step is in " + outputFile);
            spec.commandLine().getErr().flush();
            return INTERRUPTED;
        }
    }

    private static ArrayDataset dataset(Path file, Model m, int batchSize, @Nullable Long seed) {
        try {
            return new ArrayDataset(TrainingData.read(file, m), batchSize, seed);
        } catch (IllegalArgumentException e) {
            throw located(file.toString(), e);
        }
    }

    private static History fit(Trainer trainer, ArrayDataset samples, FitOptions options, String where) {
        try {
            return trainer.fit(samples, options);
        } catch (IllegalArgumentException e) {
            throw located(where, e);
        }
    }

    private static IllegalArgumentException located(String where, IllegalArgumentException e) {
        String message = String.valueOf(e.getMessage());
        return message.startsWith(where) ? e : new IllegalArgumentException(where + ": " + message, e);
    }

    /** The optimizer's state in the file is that of the weights that were trained before. */
    private Model frozen(Path modelFile, Model compiled) {
        Model m = compiled;
        for (String pattern : freeze) m = Edits.withTrainable(m, pattern, false);
        for (String pattern : unfreeze) m = Edits.withTrainable(m, pattern, true);
        if (Edits.trainablePaths(m).equals(Edits.trainablePaths(compiled))
                || m.savedTraining().optimizerVariables().isEmpty()) return m;
        spec.commandLine()
                .getErr()
                .println("argali: " + modelFile
                        + ": other weights are trained than before, so the optimizer begins anew");
        return Trainings.withFreshOptimizer(m);
    }

    private List<Callback> callbacks(boolean validated) {
        PrintWriter out = spec.commandLine().getOut();
        List<Callback> r = new ArrayList<>();
        // To name the layer takes the weights of every step, which would leave the device each time.
        r.add(engine.isSimd() ? TerminateOnNaN.naming() : new TerminateOnNaN(true));
        r.add(new ProgressLogger(out, Progress.isTerminal()));
        if (csv != null) r.add(new CSVLogger(csv, ",", backup != null));
        if (tensorboard != null) r.add(new TensorBoard(tensorboard, 1, 0, Models::toJson));
        if (checkpoint != null) r.add(ModelCheckpoint.everyEpoch(checkpoint, Models::save));
        if (earlyStopping != null)
            r.add(EarlyStopping.on(validated ? "val_loss" : "loss", earlyStopping)
                    .restoringBest());
        if (backup != null) r.add(BackupAndRestore.everyEpoch(backup));
        return r;
    }

    // Many

    private static int number(String at, String text) {
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(at + ": expected a whole number, got \"" + text + "\"", e);
        }
    }

    private void job(Path modelFile, Path dataFile, Path outputFile, int epochs, int batchSize, Path historyFile)
            throws IOException {
        Model m = loading.load(modelFile);
        Trainer trainer = engine.on(Trainings.trainer(m, modelFile.toString(), seed));
        ArrayDataset samples = dataset(dataFile, m, batchSize, null);
        History figures = fit(trainer, samples, FitOptions.epochs(epochs), modelFile + " with " + dataFile);
        Models.save(trainer.model(), outputFile);
        HistoryFile.write(historyFile, figures);
    }
}
