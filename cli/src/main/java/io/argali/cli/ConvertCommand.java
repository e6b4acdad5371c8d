package io.argali.cli;

import io.argali.converters.Conversion;
import io.argali.converters.Models;
import java.nio.file.Path;
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

/** {@code argali convert}. */
@Command(
        name = "convert",
        description = "Saves a model in another format, which the extension of DST names.",
        mixinStandardHelpOptions = true)
final class ConvertCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "SRC",
            description = "A .keras file or folder, an .h5, or a .json with its weights beside it.")
    private @Nullable Path source;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "DST",
            description =
                    "A .keras, .h5, .json (weights beside it), .weights.h5, .weights.json, .onnx, .savedmodel (a folder),"
                            + " or a folder without extension.")
    private @Nullable Path target;

    @Option(names = "--jobs", paramLabel = "FILE", description = "Many conversions: lines SRC<TAB>DST.")
    private @Nullable Path jobs;

    @Mixin
    private final Loading loading = new Loading();

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
                    .run(jobs, "SRC<TAB>DST", n -> Progress.none(), (at, f) -> convert(Path.of(f[0]), Path.of(f[1])));
        }
        if (source == null || target == null)
            throw new ParameterException(spec.commandLine(), "convert needs SRC and DST, or --jobs FILE");
        convert(source, target);
        return 0;
    }

    private void convert(Path from, Path to) throws Exception {
        Conversion done = Failures.guard(from.toString(), () -> Models.convert(loading.load(from), from, to));
        spec.commandLine().getOut().println(to + ": " + done);
        spec.commandLine().getOut().flush();
    }
}
