package io.argali.cli;

import io.argali.converters.TrainingData;
import io.argali.converters.Trainings;
import io.argali.runtime.model.Model;
import io.argali.trainer.data.ArrayDataset;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code argali evaluate}. */
@Command(
        name = "evaluate",
        description = "Computes a model's loss and metrics on some data.",
        mixinStandardHelpOptions = true)
final class EvaluateCommand implements Callable<Integer> {
    @Parameters(paramLabel = "MODEL", description = "The model.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private Path model;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "FILE",
            description = "An .npz or .csv with x, y and, if wanted, sample_weight.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private Path data;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            defaultValue = "32",
            description = "Samples at a time (default ${DEFAULT-VALUE}).")
    private int batchSize;

    @Option(names = "--loss", paramLabel = "NAME", description = "Instead of the model's own.")
    private @Nullable String loss;

    @Option(
            names = "--metrics",
            paramLabel = "NAME",
            split = ",",
            description = "Instead of the model's own; several with commas.")
    private @Nullable List<String> metrics;

    @Option(names = "--json", description = "One line of JSON.")
    private boolean json;

    @Mixin
    private final Loading loading = new Loading();

    @Mixin
    private final Engine engine = new Engine();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        return Failures.guard(model.toString(), () -> {
            Model loaded = loading.load(model);
            // Evaluation takes no step: any optimizer will do for a model that was saved without.
            String optimizer = loaded.savedTraining().compileConfig().isEmpty() ? "sgd" : null;
            Model m = Trainings.compile(loaded, optimizer, null, loss, metrics);
            Map<String, Double> figures = engine.on(Trainings.trainer(m, model.toString(), 0))
                    .evaluate(new ArrayDataset(TrainingData.read(data, m), batchSize, null));
            String line = json
                    ? figures.entrySet().stream()
                            .map(e -> "\"" + e.getKey() + "\": " + e.getValue())
                            .collect(Collectors.joining(", ", "{", "}"))
                    : figures.entrySet().stream()
                            .map(e -> String.format(Locale.ROOT, "%s: %.4f", e.getKey(), e.getValue()))
                            .collect(Collectors.joining("\n"));
            spec.commandLine().getOut().println(line);
            return 0;
        });
    }
}
