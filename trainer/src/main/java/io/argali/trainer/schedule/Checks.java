package io.argali.trainer.schedule;

/** What the schedules ask of their arguments. */
final class Checks {
    private Checks() {}

    static void positive(String key, double value) {
        if (!(value > 0)) throw new IllegalArgumentException(key + " is greater than 0, not " + value);
    }
}
