package io.argali.trainer.optimizer;

import io.argali.runtime.layer.Unsaved;
import io.argali.trainer.schedule.Constant;
import io.argali.trainer.schedule.Schedule;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What every Keras optimizer can do.
 *
 * @param learningRate a {@link Constant} is kept in the optimizer's state, where callbacks can change it
 * @param weightDecay null for none
 * @param clipnorm the greatest norm of one weight's gradient
 * @param globalClipnorm the greatest norm of all gradients together
 * @param clipvalue the greatest magnitude of a gradient's element
 * @param emaOverwriteFrequency every how many steps the averages replace the weights; null for the end of training alone
 * @param lossScaleFactor the loss is multiplied by it, and gradients divided: it keeps small gradients of half precision
 * @param gradientAccumulationSteps how many batches make a step; null for one
 * @param excludeFromWeightDecay weights in whose path one of these regular expressions is found do not decay
 */
public record OptimizerOptions(
        String name,
        Schedule learningRate,
        @Nullable Double weightDecay,
        @Nullable Double clipnorm,
        @Nullable Double globalClipnorm,
        @Nullable Double clipvalue,
        boolean useEma,
        double emaMomentum,
        @Nullable Integer emaOverwriteFrequency,
        @Nullable Double lossScaleFactor,
        @Nullable Integer gradientAccumulationSteps,
        @Unsaved List<String> excludeFromWeightDecay) {
    public OptimizerOptions {
        excludeFromWeightDecay = List.copyOf(excludeFromWeightDecay);
        if (gradientAccumulationSteps != null && gradientAccumulationSteps != 0 && gradientAccumulationSteps < 2) {
            throw new IllegalArgumentException(
                    "gradient_accumulation_steps is null or 2 and more, not " + gradientAccumulationSteps);
        }
        if (useEma && !(emaMomentum >= 0 && emaMomentum <= 1)) {
            throw new IllegalArgumentException("ema_momentum is between 0 and 1, not " + emaMomentum);
        }
        if (useEma && emaOverwriteFrequency != null && emaOverwriteFrequency < 0) {
            throw new IllegalArgumentException(
                    "ema_overwrite_frequency is null or 1 and more, not " + emaOverwriteFrequency);
        }
        if (Stream.of(clipnorm, globalClipnorm, clipvalue)
                        .filter(Objects::nonNull)
                        .count()
                > 1) {
            throw new IllegalArgumentException(
                    "only one of clipnorm, global_clipnorm and clipvalue may be given, not clipnorm=" + clipnorm
                            + ", global_clipnorm=" + globalClipnorm + ", clipvalue=" + clipvalue);
        }
    }

    /** Keras' defaults but for the rate. */
    public static OptimizerOptions of(String name, double learningRate) {
        return of(name, new Constant(learningRate));
    }

    /** Keras' defaults but for the rate. */
    public static OptimizerOptions of(String name, Schedule learningRate) {
        return new OptimizerOptions(
                name, learningRate, null, null, null, null, false, 0.99, null, null, null, List.of());
    }

    public OptimizerOptions withLearningRate(Schedule other) {
        return new OptimizerOptions(
                name,
                other,
                weightDecay,
                clipnorm,
                globalClipnorm,
                clipvalue,
                useEma,
                emaMomentum,
                emaOverwriteFrequency,
                lossScaleFactor,
                gradientAccumulationSteps,
                excludeFromWeightDecay);
    }

    public OptimizerOptions withWeightDecay(@Nullable Double other) {
        return new OptimizerOptions(
                name,
                learningRate,
                other,
                clipnorm,
                globalClipnorm,
                clipvalue,
                useEma,
                emaMomentum,
                emaOverwriteFrequency,
                lossScaleFactor,
                gradientAccumulationSteps,
                excludeFromWeightDecay);
    }

    /** Keras' {@code exclude_from_weight_decay(var_names=…)}. */
    public OptimizerOptions withExcludedFromWeightDecay(List<String> names) {
        return new OptimizerOptions(
                name,
                learningRate,
                weightDecay,
                clipnorm,
                globalClipnorm,
                clipvalue,
                useEma,
                emaMomentum,
                emaOverwriteFrequency,
                lossScaleFactor,
                gradientAccumulationSteps,
                names);
    }

    boolean isExcludedFromWeightDecay(String name) {
        return excludeFromWeightDecay.stream()
                .anyMatch(p -> Pattern.compile(p).matcher(name).find());
    }

    /** How many batches make a step. */
    int batches() {
        return gradientAccumulationSteps == null || gradientAccumulationSteps == 0 ? 1 : gradientAccumulationSteps;
    }
}
