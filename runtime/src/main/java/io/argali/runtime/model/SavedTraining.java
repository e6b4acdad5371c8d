package io.argali.runtime.model;

import io.argali.runtime.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * What a file says of a model's training: kept as it came, so that training can go on where it stopped and export loses nothing.
 *
 * @param compileConfig Keras' compile configuration as plain JSON values; empty if the model was not compiled
 * @param optimizerVariables the optimizer's state, in the file's order
 */
public record SavedTraining(Map<String, Object> compileConfig, List<Tensor> optimizerVariables) {
    public static final SavedTraining NONE = new SavedTraining(Map.of(), List.of());

    public SavedTraining {
        optimizerVariables = List.copyOf(optimizerVariables);
    }
}
