package io.argali.cli;

import io.argali.runtime.plan.Backend;
import io.argali.runtime.plan.Backends;
import io.argali.trainer.Trainer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** What runs a command's model. */
final class Engine {
    private static final String SIMD = "simd";

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            defaultValue = SIMD,
            description = "What runs the model: simd, tensorflow (with options: tensorflow:gpu,xla), or auto"
                    + " (default ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private String name;

    @Spec(Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    private @Nullable Backend chosen;

    boolean isSimd() {
        return name.equals(SIMD);
    }

    /** Made when it is first asked for. */
    Backend backend() {
        if (chosen == null)
            chosen = QuickStart.limited(
                    Backends.of(name, note -> spec.commandLine().getErr().println("argali: " + note)));
        return chosen;
    }

    Trainer on(Trainer trainer) {
        return isSimd() ? trainer : trainer.on(backend());
    }
}
