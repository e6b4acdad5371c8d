package io.argali.trainer;

import io.argali.trainer.data.Batch;
import io.argali.trainer.loss.Losses;
import java.util.List;
import java.util.Map;

/** Keras' {@code class_weight}: each sample counts as its class does. */
final class ClassWeights {
    private ClassWeights() {}

    static Batch apply(Batch b, Map<Integer, Double> weights) {
        if (weights.isEmpty()) return b;
        if (b.y().size() != 1)
            throw new IllegalArgumentException(
                    "class weights are for models with one output, this one has " + b.y().size());
        if (!b.sampleWeights().isEmpty())
            throw new IllegalArgumentException("give class weights or sample weights, not both");
        return new Batch(b.x(), b.y(), List.of(Losses.classWeights(b.y().get(0), weights)));
    }
}
