package io.argali.cli;

import io.argali.runtime.model.Model;
import io.argali.runtime.model.Predictor;
import io.argali.runtime.plan.Backend;
import io.argali.runtime.plan.CpuBackend;
import io.argali.runtime.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code argali bench}. */
@Command(name = "bench", description = "Times predictions of one batch.", mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
    private static final int FEWEST = 5;

    @Parameters(paramLabel = "MODEL", description = "The model.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private Path model;

    @Option(names = "--input", required = true, paramLabel = "FILE", description = "The batch.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private Path input;

    @Option(names = "--threads", paramLabel = "N", description = "Threads (default: one for each processor).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "3",
            description = "How long (default ${DEFAULT-VALUE}).")
    private double seconds;

    @Option(names = "--profile", description = "Show where the time goes, layer by layer.")
    private boolean profile;

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
            long start = System.nanoTime();
            WarmUp.whileLoading(model);
            Backend chosen = engine.isSimd() ? CpuBackend.withThreads(threads) : engine.backend();
            Predictor m = loading.load(model, () -> chosen);
            List<Tensor> inputs = DataFiles.inputs(input, m);
            double load = (System.nanoTime() - start) / 1e6;
            double first = time(m, inputs);
            WarmUp.untilSteady(() -> time(m, inputs), seconds / 2);
            if (profile) {
                if (!(m instanceof Model layers))
                    throw new IllegalArgumentException("--profile: TensorFlow runs the model, and names no layers");
                Timings.print(spec.commandLine().getOut(), layers.profile(inputs, 50));
            }
            double[] ms = new double[1024];
            int n = 0;
            long end = System.nanoTime() + (long) (seconds * 1e9);
            while (n < FEWEST || System.nanoTime() < end) {
                if (n == ms.length) ms = Arrays.copyOf(ms, 2 * n);
                ms[n++] = time(m, inputs);
            }
            double[] sorted = Arrays.copyOf(ms, n);
            Arrays.sort(sorted);
            String line = json
                    ? "{\"median_ms\": %.4f, \"min_ms\": %.4f, \"first_ms\": %.1f, \"load_ms\": %.1f, \"runs\": %d}"
                    : "median %.4f ms, minimum %.4f ms, first call %.1f ms, loading %.1f ms, %d runs";
            spec.commandLine()
                    .getOut()
                    .println(String.format(Locale.ROOT, line, sorted[n / 2], sorted[0], first, load, n));
            return 0;
        });
    }

    private static double time(Predictor m, List<Tensor> inputs) {
        long t = System.nanoTime();
        m.predict(inputs);
        return (System.nanoTime() - t) / 1e6;
    }
}
