package io.argali.runtime.kernel.vector;

import io.argali.runtime.kernel.Workers;

/** How a product of {@code rows × panels} is cut into blocks, each one task. */
record Partition(
        int rows, int rowsPerBlock, int rowBlocks, int panels, int panelsPerBlock, int panelBlocks, boolean parallel) {
    /** Less work than this is faster on one thread: handing out tasks costs 2 to 10 µs. */
    private static final long PARALLEL_NANOS = 20_000;

    /** The shortest task worth its own claim. */
    private static final long TASK_NANOS = 6_000;

    /** Tasks for each thread, so that a thread that is slowed down holds up the others little. */
    private static final int TASKS_PER_THREAD = 4;

    /** Multiple of every tile's rows (4, 8). */
    private static final int ROW_QUANTUM = 24;

    /** Floats of A that a block of rows may cover: a part of the L2 cache. */
    private static final int BLOCK_FLOATS = 96 * 1024;

    private static final int MAX_ROWS = 240;
    private static final int MIN_ROWS = 72;

    static Partition of(int rows, int n, int k, Workers workers) {
        return of(rows, n, k, k, 1, workers);
    }

    /**
     * @param rowFloats floats of A that a row brings into cache
     * @param products how many products of this size are run together
     */
    static Partition of(int rows, int n, int k, int rowFloats, int products, Workers workers) {
        int panels = Tiles.panels(n);
        int rowsPerBlock = quantum(Math.clamp(BLOCK_FLOATS / Math.max(1, rowFloats), MIN_ROWS, MAX_ROWS));
        long nanos = products * nanos(rows, n, k);
        int threads = workers.parallelism();
        if (threads == 1 || nanos < PARALLEL_NANOS) {
            return of(rows, rowsPerBlock, panels, panels, false);
        }
        int wanted = (int) Math.min((long) threads * TASKS_PER_THREAD, Math.max(2, nanos / TASK_NANOS));
        wanted = ceil(wanted, products);
        int rowBlocks = ceil(rows, rowsPerBlock);
        if (rowBlocks >= wanted) {
            return of(rows, rowsPerBlock, panels, panels, true);
        }
        int panelBlocks = Math.min(panels, ceil(wanted, rowBlocks));
        int panelsPerBlock = ceil(panels, panelBlocks);
        int wantedRowBlocks = ceil(wanted, ceil(panels, panelsPerBlock));
        return of(rows, Math.min(rowsPerBlock, quantum(ceil(rows, wantedRowBlocks))), panels, panelsPerBlock, true);
    }

    private static Partition of(int rows, int rowsPerBlock, int panels, int panelsPerBlock, boolean parallel) {
        int rowBlocks = ceil(rows, rowsPerBlock);
        int panelBlocks = ceil(panels, panelsPerBlock);
        return new Partition(
                rows,
                rowsPerBlock,
                rowBlocks,
                panels,
                panelsPerBlock,
                panelBlocks,
                parallel && rowBlocks * panelBlocks > 1);
    }

    /** What one thread takes: 100 GFLOP/s, and weights at 80 GB/s. */
    static long nanos(long rows, long n, long k) {
        return Math.max(rows * n * k / 50, n * k / 20);
    }

    private static int ceil(int a, int b) {
        return (a + b - 1) / b;
    }

    private static int quantum(int rows) {
        return ceil(rows, ROW_QUANTUM) * ROW_QUANTUM;
    }

    /** One block of one product. */
    interface Block {
        void accept(int product, int task);
    }

    void run(int products, Workers workers, Block block) {
        int tasks = tasks();
        (parallel ? workers : Workers.single()).run(products * tasks, task -> block.accept(task / tasks, task % tasks));
    }

    int tasks() {
        return rowBlocks * panelBlocks;
    }

    int rowFirst(int task) {
        return task / panelBlocks * rowsPerBlock;
    }

    int rowLast(int task) {
        return Math.min(rows, rowFirst(task) + rowsPerBlock);
    }

    int panelFirst(int task) {
        return task % panelBlocks * panelsPerBlock;
    }

    int panelLast(int task) {
        return Math.min(panels, panelFirst(task) + panelsPerBlock);
    }
}
