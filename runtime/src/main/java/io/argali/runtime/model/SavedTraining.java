package io.argali.runtime.model;

import io.argali.runtime.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * What a file says of a model's training: kept as it came, so that training can go on where it stopped and export loses nothing.
 *
 * @param compileConfig Keras' compile configuration as plain JSON values; empty if the model was not compiled
 * @param optimizerVariables the optimizer's state, in the file's order
 * @param lost what the file said beside that, and Keras 3 has no words for
 */
public record SavedTraining(Map<String, Object> compileConfig, List<Tensor> optimizerVariables, List<String> lost) {
    public static final SavedTraining NONE = new SavedTraining(Map.of(), List.of());

    public SavedTraining {
        optimizerVariables = List.copyOf(optimizerVariables);
        lost = List.copyOf(lost);
    }

    /** Nothing lost. */
    public SavedTraining(Map<String, Object> compileConfig, List<Tensor> optimizerVariables) {
        this(compileConfig, optimizerVariables, List.of());
    }
}
