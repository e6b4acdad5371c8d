package io.argali.trainer.data;

import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Samples that are trained on together.
 *
 * @param x the inputs in the model's order
 * @param y the labels in the order of the model's outputs
 * @param sampleWeights the weight of each sample for each output; empty for none
 */
public record Batch(List<Tensor> x, List<Tensor> y, List<@Nullable Tensor> sampleWeights) {
    public Batch {
        x = List.copyOf(x);
        y = List.copyOf(y);
        sampleWeights = new ArrayList<>(sampleWeights);
    }

    /** Samples with a weight for each; see the record's components. */
    public static Batch of(List<Tensor> x, List<Tensor> y, List<@Nullable Tensor> sampleWeights) {
        return new Batch(x, y, sampleWeights);
    }

    public static Batch of(Tensor x, Tensor y) {
        return new Batch(List.of(x), List.of(y), List.of());
    }

    /** The number of samples. */
    public int size() {
        return x.get(0).shape().dim(0);
    }
}
