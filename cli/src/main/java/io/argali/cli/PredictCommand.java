package io.argali.cli;

import io.argali.converters.Models;
import io.argali.runtime.model.Predictor;
import io.argali.runtime.model.Rows;
import io.argali.runtime.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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

/** {@code argali predict}. */
@Command(
        name = "predict",
        description = "Predicts with a model; writes the outputs to a file, or shows them.",
        mixinStandardHelpOptions = true)
final class PredictCommand implements Callable<Integer> {
    private static final int BATCH_SIZE = 1024;

    @Parameters(
            arity = "0..1",
            paramLabel = "MODEL",
            description = "A .keras file or folder, an .h5, or a .json with its weights beside it.")
    private @Nullable Path model;

    @Option(
            names = "--input",
            paramLabel = "FILE",
            description = "An .npz, .npy or .csv with the inputs, by name or in order.")
    private @Nullable Path input;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description = "Where the outputs go: .npz, .npy or .csv. Without it they are shown.")
    private @Nullable Path output;

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description = "The true classes or values, to show how well the model does.")
    private @Nullable Path labels;

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            description = "The weights of a .json architecture, where they are not beside it.")
    private @Nullable Path weights;

    @Option(names = "--jobs", paramLabel = "FILE", description = "Many predictions: lines MODEL<TAB>INPUT<TAB>OUTPUT.")
    private @Nullable Path jobs;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            description = "Rows at a time (default " + BATCH_SIZE + "; a function of a SavedModel gets all at once).")
    private @Nullable Integer batchSize;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "10",
            description = "Rows to show (default ${DEFAULT-VALUE}).")
    private int rows;

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
        if (batchSize != null && batchSize < 1)
            throw new ParameterException(spec.commandLine(), "--batch-size must be 1 or more, got " + batchSize);
        if (jobs != null) {
            return new Jobs(spec.commandLine().getErr(), main.stacktrace())
                    .run(jobs, "MODEL<TAB>INPUT<TAB>OUTPUT", n -> Progress.of("Predicting", n), (at, f) -> {
                        Predictor m = loading.load(Path.of(f[0]), engine::backend);
                        DataFiles.write(Path.of(f[2]), predict(m, Path.of(f[0]), Path.of(f[1])));
                    });
        }
        Path modelFile = model, inputFile = input;
        if (modelFile == null || inputFile == null) {
            throw new ParameterException(spec.commandLine(), "predict needs a MODEL and --input FILE, or --jobs FILE");
        }
        return Failures.guard(modelFile.toString(), () -> {
            QuickStart.check(modelFile, inputFile);
            WarmUp.whileLoading(modelFile);
            Predictor m = weights == null
                    ? loading.load(modelFile, engine::backend)
                    : Models.load(modelFile, weights).withBackend(engine.backend());
            Map<String, Tensor> outputs = predict(m, modelFile, inputFile);
            if (output != null) DataFiles.write(output, outputs);
            if (output == null || labels != null) {
                Map<String, Tensor> truth = new LinkedHashMap<>();
                if (labels != null) {
                    DataFiles.read(labels)
                            .forEach((k, v) ->
                                    truth.put(k, io.argali.converters.keras.Tensors.of(labels + ": " + k, v)));
                }
                spec.commandLine().getOut().print(PredictionTable.of(outputs, truth, output == null ? rows : 0));
                spec.commandLine().getOut().flush();
            }
            return 0;
        });
    }

    private Map<String, Tensor> predict(Predictor m, Path modelFile, Path inputFile) {
        List<Tensor> inputs = DataFiles.inputs(inputFile, m);
        List<Tensor> outputs;
        try {
            outputs = inBatches(m, inputs);
        } catch (io.argali.runtime.tensor.ShapeException e) {
            throw new IllegalArgumentException(modelFile + " with " + inputFile + ": " + e.getMessage(), e);
        }
        Map<String, Tensor> named = new LinkedHashMap<>();
        List<String> names = m.outputNames();
        for (int i = 0; i < outputs.size(); i++) named.put(names.get(i), outputs.get(i));
        return named;
    }

    private List<Tensor> inBatches(Predictor m, List<Tensor> inputs) {
        int n = inputs.isEmpty() || inputs.get(0).shape().rank() == 0
                ? 1
                : inputs.get(0).shape().dim(0);
        int most = batchSize != null ? batchSize : m.takesRows() ? BATCH_SIZE : n;
        boolean together = n <= most
                || inputs.stream()
                        .anyMatch(t -> t.shape().rank() == 0 || t.shape().dim(0) != n);
        if (together) return m.predict(inputs);
        List<List<Tensor>> parts = new ArrayList<>();
        try (Progress progress = Progress.of("Predicting", n)) {
            for (int from = 0; from < n; from += most) {
                int start = from, end = Math.min(n, from + most);
                parts.add(m.predict(
                        inputs.stream().map(t -> Rows.slice(t, start, end)).toList()));
                progress.to(end);
            }
        }
        List<Tensor> r = new ArrayList<>();
        for (int i = 0; i < parts.get(0).size(); i++) {
            int k = i;
            r.add(Rows.concat(parts.stream().map(p -> p.get(k)).toList()));
        }
        return r;
    }
}
