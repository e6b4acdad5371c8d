package io.argali.cli;

import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
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
        versionProvider = Main.Version.class)
public final class Main implements Runnable {
    private static final List<Class<?>> COMMANDS = List.of(
            PredictCommand.class,
            ConvertCommand.class,
            VerifyCommand.class,
            InfoCommand.class,
            TrainCommand.class,
            EvaluateCommand.class,
            BenchCommand.class,
            BenchTrainCommand.class);

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
        initializeBigDecimal();
        Main main = new Main();
        CommandLine line = new CommandLine(main);
        commands(args).forEach(line::addSubcommand);
        return line.setExecutionExceptionHandler((error, command, _) -> main.report(error, command))
                .execute(args);
    }

    /** The command that is named, or all: to read the options of all of them takes as long as a small prediction. */
    private static List<Class<?>> commands(String[] args) {
        if (args.length > 0)
            for (Class<?> c : COMMANDS)
                if (c.getAnnotation(Command.class).name().equals(args[0])) return List.of(c);
        return COMMANDS;
    }

    /**
     * While the command line is read: in JDK 25, the first use of the class computes powers of five up to 5^65536, which takes 60 ms, and the
     * JSON parser uses it.
     */
    private static void initializeBigDecimal() {
        Thread.ofPlatform().daemon().name("argali-start").start(() -> Objects.requireNonNull(BigDecimal.ZERO));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command? See argali --help.");
    }

    private int report(Exception error, CommandLine command) {
        if (error instanceof QuickStart.TooMuchWork again) return again.exitCode();
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
