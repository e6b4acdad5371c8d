package io.argali.runtime.kernel;

/** Holds the shared pool, whose threads start on first use. */
final class SharedWorkers {
    static final Workers INSTANCE = Workers.of(Runtime.getRuntime().availableProcessors());

    private SharedWorkers() {}
}
