package io.argali.trainer.callback;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A figure that is watched, and when it counts as better. The comparison is made in float32, as Keras makes it.
 *
 * @param name {@code loss}, {@code val_loss}, {@code val_accuracy} …
 * @param minDelta a change of less is none
 */
public record Monitor(String name, Mode mode, double minDelta) {
    /** Which way is better. */
    public enum Mode {
        /** As the metric says. */
        AUTO,
        MIN,
        MAX
    }

    private static final System.Logger LOG = System.getLogger(Monitor.class.getName());

    public static Monitor of(String name) {
        return new Monitor(name, Mode.AUTO, 0);
    }

    /** Whether a value is better than one before, or the first. */
    boolean isBetter(Training training, double value, @Nullable Double than) {
        boolean greater = isGreaterBetter(training);
        if (than == null) return true;
        double delta = Math.abs(minDelta);
        return greater ? (float) (value - delta) > than.floatValue() : (float) (value + delta) < than.floatValue();
    }

    private boolean isGreaterBetter(Training training) {
        return switch (mode) {
            case MIN -> false;
            case MAX -> true;
            case AUTO ->
                training.greaterIsBetter(name)
                        .orElseThrow(() -> new IllegalArgumentException("whether more or less of \"" + name
                                + "\" is better is not known: say Mode.MIN or Mode.MAX"));
        };
    }

    /** The figure, or null with a warning. */
    @Nullable
    Double in(Map<String, Double> logs, String callback) {
        Double value = logs.get(name);
        if (value == null)
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0} watches \"{1}\", which there is not; there are {2}",
                    callback,
                    name,
                    logs.keySet());
        return value;
    }
}
