package io.argali.trainer.callback;

import java.util.Map;

/** Something that watches training, and may steer it. Epochs and steps count from 0. */
public interface Callback {
    default void onTrainBegin(Training training) {}

    default void onEpochBegin(Training training, int epoch) {}

    /**
     * After a batch.
     *
     * @param logs the loss and metrics of the epoch so far
     */
    default void onBatchEnd(Training training, int step, Map<String, Double> logs) {}

    /**
     * After an epoch.
     *
     * @param logs the loss and metrics of the epoch, those of validation beginning with {@code val_}; entries may be added for later callbacks
     */
    default void onEpochEnd(Training training, int epoch, Map<String, Double> logs) {}

    default void onTrainEnd(Training training) {}
}
