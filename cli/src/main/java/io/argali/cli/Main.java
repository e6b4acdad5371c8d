package io.argali.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Entry point of the {@code argali} command. Exit code 0: done, 1: failed, 2: wrong usage. */
@Command(
        name = "argali",
        description = "Runs, fine-tunes and exports Keras models on the JVM.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        subcommands = {
            PredictCommand.class,
            ConvertCommand.class,
            VerifyCommand.class,
            InfoCommand.class,
            TrainCommand.class,
            EvaluateCommand.class,
            BenchCommand.class,
            BenchTrainCommand.class
        })
public final class Main implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private CommandSpec spec;

    @Option(
            names = "--stacktrace",
            scope = CommandLine.ScopeType.INHERIT,
            description = "Print the Java stack trace of an error.")
    private boolean stacktrace;

    /** Runs the command and exits with its code. */
    public static void main(String[] args) {
        System.exit(run(args));
    }

    /** Runs the command and returns its exit code. */
    static int run(String... args) {
        Main main = new Main();
        return new CommandLine(main)
                .setExecutionExceptionHandler((error, command, _) -> main.report(error, command))
                .execute(args);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command? See argali --help.");
    }

    private int report(Exception error, CommandLine command) {
        command.getErr().println("argali: " + Failures.message(error));
        if (stacktrace) {
            error.printStackTrace(command.getErr());
        }
        return CommandLine.ExitCode.SOFTWARE;
    }

    boolean stacktrace() {
        return stacktrace;
    }

    /** The version is written once, in the root pom; the jar's manifest carries it here. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"argali " + (version == null ? "(from classes)" : version)};
        }
    }
}
