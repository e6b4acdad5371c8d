package io.argali.runtime.kernel.vector;

/**
 * The walk along k through A: step k reads {@code offsets[k]} from the row's start. The same walk as runs of {@code runLength}
 * neighbouring floats, which the fast loops follow.
 *
 * @param offsets at least {@code size} offsets
 * @param runs where each run starts
 */
record Steps(int size, int[] offsets, int[] runs, int runLength) {
    private static final int[] FROM_START = {0};

    private static volatile int[] identity = new int[0];

    /** k neighbouring floats. */
    static Steps contiguous(int k) {
        return new Steps(k, identity(k), FROM_START, k);
    }

    /** One float from each of k places that lie {@code stride} apart. */
    static Steps strided(int k, int stride) {
        int[] offsets = new int[k];
        for (int i = 0; i < k; i++) {
            offsets[i] = i * stride;
        }
        return new Steps(k, offsets, offsets, 1);
    }

    /** A run of {@code length} floats from each offset; runs that touch become one where all can. */
    static Steps runs(int[] starts, int length) {
        int merged = touching(starts, length);
        int[] runs = new int[starts.length / merged];
        for (int i = 0; i < runs.length; i++) {
            runs[i] = starts[i * merged];
        }
        int[] offsets = new int[starts.length * length];
        for (int i = 0, k = 0; i < starts.length; i++) {
            for (int j = 0; j < length; j++) {
                offsets[k++] = starts[i] + j;
            }
        }
        return new Steps(offsets.length, offsets, runs, merged * length);
    }

    /** The largest number of neighbouring runs that touch, in every group of that many. */
    private static int touching(int[] starts, int length) {
        int group = 1;
        while (group < starts.length && starts[group] == starts[group - 1] + length) {
            group++;
        }
        if (starts.length % group != 0) {
            return 1;
        }
        for (int i = 0; i < starts.length; i++) {
            if (i % group != 0 && starts[i] != starts[i - 1] + length) {
                return 1;
            }
        }
        return group;
    }

    private static int[] identity(int size) {
        int[] table = identity;
        if (table.length < size) {
            table = new int[Math.max(size, 2 * table.length)];
            for (int i = 0; i < table.length; i++) {
                table[i] = i;
            }
            identity = table;
        }
        return table;
    }
}
