package io.argali.trainer;

import io.argali.trainer.callback.Callback;
import io.argali.trainer.data.Dataset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How long to train, and what goes on beside it; Keras' arguments of {@code fit}.
 *
 * @param epochs the number of the last epoch, counted from 1
 * @param initialEpoch epochs that were trained before
 * @param stepsPerEpoch null for as many batches as there are
 * @param validation what to evaluate on after an epoch; null for nothing
 * @param validationFrequency every how many epochs
 * @param classWeights how much samples of a class count; empty for all the same
 */
public record FitOptions(
        int epochs,
        int initialEpoch,
        @Nullable Integer stepsPerEpoch,
        @Nullable Dataset validation,
        @Nullable Integer validationSteps,
        int validationFrequency,
        Map<Integer, Double> classWeights,
        List<Callback> callbacks) {
    public FitOptions {
        classWeights = Map.copyOf(classWeights);
        callbacks = List.copyOf(callbacks);
    }

    public static FitOptions epochs(int epochs) {
        return new FitOptions(epochs, 0, null, null, null, 1, Map.of(), List.of());
    }

    public FitOptions from(int initialEpoch) {
        return new FitOptions(
                epochs,
                initialEpoch,
                stepsPerEpoch,
                validation,
                validationSteps,
                validationFrequency,
                classWeights,
                callbacks);
    }

    public FitOptions stepsPerEpoch(int steps) {
        return new FitOptions(
                epochs, initialEpoch, steps, validation, validationSteps, validationFrequency, classWeights, callbacks);
    }

    public FitOptions validatedOn(Dataset data) {
        return new FitOptions(
                epochs,
                initialEpoch,
                stepsPerEpoch,
                data,
                validationSteps,
                validationFrequency,
                classWeights,
                callbacks);
    }

    public FitOptions validatedEvery(int epochs) {
        return new FitOptions(
                this.epochs, initialEpoch, stepsPerEpoch, validation, validationSteps, epochs, classWeights, callbacks);
    }

    public FitOptions weighted(Map<Integer, Double> classWeights) {
        return new FitOptions(
                epochs,
                initialEpoch,
                stepsPerEpoch,
                validation,
                validationSteps,
                validationFrequency,
                classWeights,
                callbacks);
    }

    public FitOptions with(Callback... callbacks) {
        return new FitOptions(
                epochs,
                initialEpoch,
                stepsPerEpoch,
                validation,
                validationSteps,
                validationFrequency,
                classWeights,
                List.of(callbacks));
    }
}
