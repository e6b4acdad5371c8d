package io.argali.cli;

import io.argali.runtime.kernel.Kernels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;

/** What HotSpot compiles, before it is needed or before it is timed. */
final class WarmUp {
    /** Smaller models are done before it helps. */
    private static final long SMALLEST = 4 << 20;

    private WarmUp() {}

    /** Compiles the kernels of a large model while its file or folder is being read. */
    static void whileLoading(Path model) throws IOException {
        if (size(model) >= SMALLEST) {
            Thread.ofPlatform()
                    .daemon()
                    .name("argali-warm-up")
                    .start(() -> Kernels.best().warmUp());
        }
    }

    /** Of a file, or of all files of a folder; 0 where there is nothing. */
    static long size(Path model) throws IOException {
        if (!Files.exists(model)) return 0;
        if (!Files.isDirectory(model)) return Files.size(model);
        try (Stream<Path> files = Files.walk(model)) {
            return files.mapToLong(f -> f.toFile().length()).sum();
        }
    }

    /** Makes calls, stretch by stretch, until the fastest of a stretch is no longer 3 % faster than those before. */
    static void untilSteady(DoubleSupplier timedCall, double stretchSeconds) {
        long start = System.nanoTime(), stretch = (long) (stretchSeconds * 1e9);
        double before = Double.MAX_VALUE, best = fastest(timedCall, stretch);
        while (best < 0.97 * before && System.nanoTime() - start < 8 * stretch) {
            before = best;
            best = Math.min(best, fastest(timedCall, stretch));
        }
    }

    private static double fastest(DoubleSupplier timedCall, long nanos) {
        double best = Double.MAX_VALUE;
        long end = System.nanoTime() + nanos;
        for (int i = 0; i < 3 || System.nanoTime() < end; i++) best = Math.min(best, timedCall.getAsDouble());
        return best;
    }
}
