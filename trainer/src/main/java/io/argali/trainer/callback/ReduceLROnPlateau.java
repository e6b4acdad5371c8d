package io.argali.trainer.callback;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Lowers the learning rate when a figure has not become better for some epochs. Source: Keras' {@code ReduceLROnPlateau}. */
public final class ReduceLROnPlateau implements Callback {
    /** Keras' least change that counts. */
    public static final double MIN_DELTA = 1e-4;

    private final Monitor monitor;
    private final double factor;
    private final int patience;
    private final int cooldown;
    private final double minLearningRate;

    private @Nullable Double best;
    private int cooling;
    private int wait;

    /**
     * Multiplies the rate by {@code factor} after {@code patience} epochs that were not better.
     *
     * @param cooldown epochs after a reduction in which nothing is counted
     * @param minLearningRate the rate does not fall below this
     */
    public ReduceLROnPlateau(Monitor monitor, double factor, int patience, int cooldown, double minLearningRate) {
        if (factor >= 1) throw new IllegalArgumentException("the factor must be below 1. Received: factor=" + factor);
        this.monitor = monitor;
        this.factor = factor;
        this.patience = patience;
        this.cooldown = cooldown;
        this.minLearningRate = minLearningRate;
    }

    public static ReduceLROnPlateau on(String monitor, double factor, int patience) {
        return new ReduceLROnPlateau(new Monitor(monitor, Monitor.Mode.AUTO, MIN_DELTA), factor, patience, 0, 0);
    }

    @Override
    public void onTrainBegin(Training training) {
        best = null;
        cooling = 0;
        wait = 0;
    }

    @Override
    public void onEpochEnd(Training training, int epoch, Map<String, Double> logs) {
        logs.put("learning_rate", training.learningRate());
        Double current = monitor.in(logs, "ReduceLROnPlateau");
        if (current == null) return;
        if (cooling > 0) {
            cooling--;
            wait = 0;
        }
        if (monitor.isBetter(training, current, best)) {
            best = current;
            wait = 0;
        } else if (cooling == 0) {
            wait++;
            if (wait >= patience && reduce(training)) {
                cooling = cooldown;
                wait = 0;
            }
        }
    }

    private boolean reduce(Training training) {
        double rate = training.learningRate();
        if (!(rate > (float) minLearningRate)) return false;
        training.setLearningRate(Math.max(rate * factor, minLearningRate));
        return true;
    }
}
