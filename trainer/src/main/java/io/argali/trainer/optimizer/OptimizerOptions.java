package io.argali.trainer.optimizer;

import io.argali.trainer.schedule.Schedule;
import org.jspecify.annotations.Nullable;

/**
 * What every Keras optimizer can do.
 *
 * @param learningRate the rate, where {@code schedule} is null
 * @param weightDecay null for none
 * @param clipnorm the greatest norm of one weight's gradient
 * @param globalClipnorm the greatest norm of all gradients together
 * @param clipvalue the greatest magnitude of a gradient's element
 * @param emaOverwriteFrequency every how many steps the averages replace the weights; null for never
 * @param gradientAccumulationSteps how many batches make a step; null for one
 */
public record OptimizerOptions(
        String name,
        double learningRate,
        @Nullable Schedule schedule,
        @Nullable Double weightDecay,
        @Nullable Double clipnorm,
        @Nullable Double globalClipnorm,
        @Nullable Double clipvalue,
        boolean useEma,
        double emaMomentum,
        @Nullable Integer emaOverwriteFrequency,
        @Nullable Double lossScaleFactor,
        @Nullable Integer gradientAccumulationSteps) {
    /** Keras' defaults but for the rate. */
    public static OptimizerOptions of(String name, double learningRate) {
        return new OptimizerOptions(name, learningRate, null, null, null, null, null, false, 0.99, null, null, null);
    }
}
