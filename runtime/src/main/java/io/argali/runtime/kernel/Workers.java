package io.argali.runtime.kernel;

import java.util.function.IntConsumer;

/** Runs the tasks of one kernel call on several threads. */
public interface Workers {
    /** How many tasks can run at the same time, the caller's thread included. */
    int parallelism();

    /**
     * Runs {@code body} once for each task number in {@code [0, tasks)} and returns when all are done. The caller takes part. Tasks
     * must not depend on one another. An exception of a task is thrown here once all have ended.
     */
    void run(int tasks, IntConsumer body);
}
