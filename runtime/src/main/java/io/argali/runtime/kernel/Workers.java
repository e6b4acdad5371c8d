package io.argali.runtime.kernel;

import java.util.function.IntConsumer;

/** Runs the tasks of one kernel call on several threads. Safe for many callers at once, and for a task that runs tasks itself. */
public interface Workers {
    /** How many tasks can run at the same time, the caller's thread included. */
    int parallelism();

    /**
     * Runs {@code body} once for each task number in {@code [0, tasks)} and returns when all are done. The caller takes part. Tasks
     * must not depend on one another. An exception of a task is thrown here once all have ended.
     */
    void run(int tasks, IntConsumer body);

    /** Runs every task on the caller's thread. */
    static Workers single() {
        return SingleWorker.INSTANCE;
    }

    /** A pool of its own: the caller's thread and {@code parallelism - 1} daemon threads. They live as long as the process. */
    static Workers of(int parallelism) {
        if (parallelism < 1) {
            throw new IllegalArgumentException("parallelism must be at least 1. Received: parallelism=" + parallelism);
        }
        return parallelism == 1 ? single() : new WorkerPool(parallelism);
    }

    /** The process's pool: a thread for each processor. */
    static Workers shared() {
        return SharedWorkers.INSTANCE;
    }
}
