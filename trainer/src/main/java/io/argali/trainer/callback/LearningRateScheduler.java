package io.argali.trainer.callback;

import java.util.Map;

/** Sets the learning rate at the beginning of every epoch. Source: Keras' {@code LearningRateScheduler}. */
public final class LearningRateScheduler implements Callback {
    /** The rate of an epoch. */
    @FunctionalInterface
    public interface Rate {
        /**
         * The rate.
         *
         * @param epoch from 0
         * @param current the rate so far
         */
        double at(int epoch, double current);
    }

    private final Rate rate;

    public LearningRateScheduler(Rate rate) {
        this.rate = rate;
    }

    @Override
    public void onEpochBegin(Training training, int epoch) {
        training.setLearningRate(rate.at(epoch, training.learningRate()));
    }

    @Override
    public void onEpochEnd(Training training, int epoch, Map<String, Double> logs) {
        logs.put("learning_rate", training.learningRate());
    }
}
