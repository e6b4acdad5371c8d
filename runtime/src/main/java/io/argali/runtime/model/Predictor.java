package io.argali.runtime.model;

import io.argali.runtime.tensor.Tensor;
import java.util.List;

/** What predicts: a {@link Model}, or a file that another engine runs as it is. */
public interface Predictor {
    List<InputSpec> inputs();

    List<String> outputNames();

    /**
     * Whether inputs and outputs are rows of a batch, each predicted by itself, as layers have them. The inputs of a function may have any number of
     * rows each, and its results depend on all of them.
     */
    boolean takesRows();

    /**
     * Predicts one batch.
     *
     * @param inputs in the order of {@link #inputs}
     */
    List<Tensor> predict(List<Tensor> inputs);
}
