package io.argali.trainer.callback;

import io.argali.runtime.tensor.Tensor;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Ends training when a figure has not become better for some epochs. Source: Keras' {@code EarlyStopping}. */
public final class EarlyStopping implements Callback {
    private final Monitor monitor;
    private final int patience;
    private final @Nullable Double baseline;
    private final boolean restoreBestWeights;
    private final int startFromEpoch;

    private int wait;
    private int stoppedEpoch;
    private int bestEpoch;
    private @Nullable Double best;
    private @Nullable Map<String, Tensor> bestWeights;

    /**
     * Stops after {@code patience} epochs that were not better.
     *
     * @param baseline patience is spent until this is beaten too; null for none
     * @param restoreBestWeights whether training ends with the weights of the best epoch
     * @param startFromEpoch epochs before this one are not looked at
     */
    public EarlyStopping(
            Monitor monitor, int patience, @Nullable Double baseline, boolean restoreBestWeights, int startFromEpoch) {
        this.monitor = monitor;
        this.patience = patience;
        this.baseline = baseline;
        this.restoreBestWeights = restoreBestWeights;
        this.startFromEpoch = startFromEpoch;
    }

    public static EarlyStopping on(String monitor, int patience) {
        return new EarlyStopping(Monitor.of(monitor), patience, null, false, 0);
    }

    /** The same, ending with the weights of the best epoch. */
    public EarlyStopping restoringBest() {
        return new EarlyStopping(monitor, patience, baseline, true, startFromEpoch);
    }

    /** The epoch after which training was stopped, from 0; 0 if it was not. */
    public int stoppedEpoch() {
        return stoppedEpoch;
    }

    /** The best epoch, from 0. */
    public int bestEpoch() {
        return bestEpoch;
    }

    @Override
    public void onTrainBegin(Training training) {
        wait = 0;
        stoppedEpoch = 0;
        bestEpoch = 0;
        best = null;
        bestWeights = null;
    }

    @Override
    public void onEpochEnd(Training training, int epoch, Map<String, Double> logs) {
        Double current = monitor.in(logs, "EarlyStopping");
        if (current == null || epoch < startFromEpoch) return;
        if (restoreBestWeights && bestWeights == null) keep(training, epoch);
        wait++;
        if (monitor.isBetter(training, current, best)) {
            best = current;
            keep(training, epoch);
            if (baseline == null || monitor.isBetter(training, current, baseline)) wait = 0;
            return;
        }
        if (wait >= patience && epoch > 0) {
            stoppedEpoch = epoch;
            training.stop();
        }
    }

    private void keep(Training training, int epoch) {
        bestEpoch = epoch;
        if (restoreBestWeights) bestWeights = training.weights();
    }

    @Override
    public void onTrainEnd(Training training) {
        if (bestWeights != null) training.setWeights(bestWeights);
        bestWeights = null;
    }
}
