package io.argali.trainer.callback;

/** Counts batches over the ends of epochs. */
final class StepCount {
    private int since;
    private int last = -1;

    /** Whether so many batches have gone by since this was last true. */
    boolean isDue(int step, int every) {
        since += step <= last ? step + 1 : step - last; // a step that is not later begins an epoch
        last = step;
        if (since < every) return false;
        since = 0;
        return true;
    }
}
