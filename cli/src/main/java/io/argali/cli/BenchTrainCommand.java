package io.argali.cli;

import io.argali.converters.TrainingData;
import io.argali.converters.Trainings;
import io.argali.runtime.model.Model;
import io.argali.runtime.plan.CpuBackend;
import io.argali.trainer.Trainer;
import io.argali.trainer.data.ArrayDataset;
import io.argali.trainer.data.Batch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code argali bench-train}. */
@Command(name = "bench-train", description = "Times training steps.", mixinStandardHelpOptions = true)
final class BenchTrainCommand implements Callable<Integer> {
    /** Steps are counted once such a stretch is no faster than the one before. */
    private static final double STRETCH_SECONDS = 1.5;

    @Parameters(paramLabel = "MODEL", description = "The model.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private Path model;

    @Option(names = "--data", required = true, paramLabel = "FILE", description = "An .npz as for train.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private Path data;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            defaultValue = "32",
            description = "Samples in a step (default ${DEFAULT-VALUE}).")
    private int batchSize;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "20",
            description = "Steps to time (default ${DEFAULT-VALUE}).")
    private int steps;

    @Option(names = "--threads", paramLabel = "N", description = "Threads (default: one for each processor).")
    private @Nullable Integer threads;

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
            Model m = loading.load(model);
            List<Batch> batches = new ArrayList<>();
            new ArrayDataset(TrainingData.read(data, m), batchSize, null)
                    .epoch(0)
                    .forEachRemaining(b -> {
                        if (batches.isEmpty() || b.size() == batches.get(0).size()) batches.add(b);
                    });
            Trainer trainer = engine.on(Trainings.trainer(m, model.toString(), 0));
            if (threads != null && engine.isSimd()) trainer = trainer.on(CpuBackend.withThreads(threads));
            Trainer steady = trainer;
            double first = time(trainer, batches.get(0));
            int[] next = {1};
            WarmUp.untilSteady(() -> time(steady, batches.get(next[0]++ % batches.size())), STRETCH_SECONDS);
            if (profile) {
                if (!engine.isSimd())
                    throw new IllegalArgumentException("--profile: TensorFlow runs the steps, and names no layers");
                Timings.print(spec.commandLine().getOut(), trainer.profile(batches.get(0), 50));
            }
            double[] ms = new double[Math.max(1, steps)];
            for (int i = 0; i < ms.length; i++) ms[i] = time(trainer, batches.get(i % batches.size()));
            Arrays.sort(ms);
            String line = json
                    ? "{\"median_ms\": %.4f, \"min_ms\": %.4f, \"first_ms\": %.1f, \"steps\": %d}"
                    : "median %.4f ms, minimum %.4f ms, first step %.1f ms, %d steps";
            spec.commandLine()
                    .getOut()
                    .println(String.format(Locale.ROOT, line, ms[ms.length / 2], ms[0], first, ms.length));
            return 0;
        });
    }

    private static double time(Trainer trainer, Batch batch) {
        long t = System.nanoTime();
        trainer.trainOnBatch(batch);
        return (System.nanoTime() - t) / 1e6;
    }
}
