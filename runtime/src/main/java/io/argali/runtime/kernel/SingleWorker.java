package io.argali.runtime.kernel;

import java.util.function.IntConsumer;

/** The caller's thread alone. */
enum SingleWorker implements Workers {
    INSTANCE;

    @Override
    public int parallelism() {
        return 1;
    }

    @Override
    public void run(int tasks, IntConsumer body) {
        Throwable failure = null;
        for (int task = 0; task < tasks; task++) {
            try {
                body.accept(task);
            } catch (RuntimeException | Error thrown) {
                failure = failure == null ? thrown : failure;
            }
        }
        switch (failure) {
            case null -> {}
            case RuntimeException thrown -> throw thrown;
            case Error thrown -> throw thrown;
            default -> throw new AssertionError(failure);
        }
    }
}
