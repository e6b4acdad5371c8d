package io.argali.cli;

import io.argali.runtime.kernel.Kernels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Lets HotSpot compile the kernels of a large model while its file is being read. */
final class WarmUp {
    /** Smaller models are done before it helps. */
    private static final long SMALLEST_FILE = 4 << 20;

    private WarmUp() {}

    static void whileLoading(Path model) throws IOException {
        if (Files.exists(model) && Files.size(model) >= SMALLEST_FILE) {
            Thread.ofPlatform()
                    .daemon()
                    .name("argali-warm-up")
                    .start(() -> Kernels.best().warmUp());
        }
    }
}
