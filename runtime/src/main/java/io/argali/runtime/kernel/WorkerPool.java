package io.argali.runtime.kernel;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Daemon threads that take part in one job at a time. Kernels are short (tens of microseconds), so an idle thread spins for a
 * while before it parks, tasks are claimed by counting, and a run allocates nothing. A caller that finds the pool at work on
 * another job does its own tasks itself: two callers on all cores gain nothing from waiting for each other.
 */
final class WorkerPool implements Workers {
    /** How long an idle worker looks for work before it parks: waking it up costs the caller several microseconds. */
    private static final long SPIN_NANOS = 100_000;

    private final Worker[] workers;
    private final AtomicBoolean taken = new AtomicBoolean();

    /** Workers that may be running tasks of the current job. The job ends when none is left. */
    private final AtomicInteger joined = new AtomicInteger();

    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private IntConsumer body = task -> {};

    /** Tasks of the current job; 0 while there is none. Written after, and read before, the other fields of the job. */
    private volatile int tasks;

    WorkerPool(int parallelism) {
        workers = new Worker[parallelism - 1];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = new Worker("argali-worker-" + i);
            workers[i].start();
        }
    }

    @Override
    public int parallelism() {
        return workers.length + 1;
    }

    @Override
    public void run(int tasks, IntConsumer body) {
        if (tasks <= 1 || !taken.compareAndSet(false, true)) {
            Workers.single().run(tasks, body);
            return;
        }
        try {
            this.body = body;
            next.set(0);
            this.tasks = tasks;
            wake(Math.min(tasks - 1, workers.length));
            takePart(tasks);
            this.tasks = 0;
            awaitWorkers();
            Throwable thrown = failure.getAndSet(null);
            if (thrown != null) {
                WorkerPool.<RuntimeException>rethrow(thrown);
            }
        } finally {
            this.body = task -> {};
            taken.set(false);
        }
    }

    private void wake(int count) {
        for (int i = 0; i < count; i++) {
            if (workers[i].parked) {
                LockSupport.unpark(workers[i]);
            }
        }
    }

    private void takePart(int tasks) {
        for (int task = next.getAndIncrement(); task < tasks; task = next.getAndIncrement()) {
            try {
                body.accept(task);
            } catch (Throwable thrown) {
                failure.compareAndSet(null, thrown);
            }
        }
    }

    private void awaitWorkers() {
        for (int spins = 0; joined.get() != 0; spins++) {
            if (spins < 10_000) {
                Thread.onSpinWait();
            } else {
                Thread.yield(); // more threads than cores: the worker we wait for may need this one
            }
        }
    }

    private boolean hasWork() {
        int count = tasks;
        return count != 0 && next.get() < count;
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void rethrow(Throwable thrown) throws T {
        throw (T) thrown;
    }

    private final class Worker extends Thread {
        volatile boolean parked;

        Worker(String name) {
            super(name);
            setDaemon(true);
        }

        @Override
        public void run() {
            while (true) {
                awaitWork();
                joined.incrementAndGet();
                int count = tasks; // 0 if the job ended before we joined it
                if (count != 0) {
                    takePart(count);
                }
                joined.decrementAndGet();
            }
        }

        /** Spins again after each park: the job that woke it may be over by now, but the next one is near. */
        private void awaitWork() {
            while (true) {
                long start = System.nanoTime();
                do {
                    if (hasWork()) {
                        return;
                    }
                    Thread.onSpinWait();
                } while (System.nanoTime() - start < SPIN_NANOS);
                parked = true;
                if (!hasWork()) {
                    LockSupport.park(WorkerPool.this);
                }
                parked = false;
            }
        }
    }
}
