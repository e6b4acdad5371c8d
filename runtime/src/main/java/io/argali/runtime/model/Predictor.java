package io.argali.runtime.model;

import io.argali.runtime.tensor.Tensor;
import java.util.List;

/** What predicts: a {@link Model}, or a file that another engine runs as it is. */
public interface Predictor {
    List<InputSpec> inputs();

    List<String> outputNames();

    /**
     * Predicts one batch.
     *
     * @param inputs in the order of {@link #inputs}
     */
    List<Tensor> predict(List<Tensor> inputs);
}
