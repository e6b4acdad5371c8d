package io.argali.trainer;

import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.trainer.data.Batch;
import java.util.List;
import java.util.Map;

/** Keras' {@code class_weight}: each sample counts as its class does. */
final class ClassWeights {
    private ClassWeights() {}

    static Batch apply(Batch b, Map<Integer, Double> weights) {
        if (weights.isEmpty()) return b;
        if (b.y().size() != 1) throw new IllegalArgumentException("class weights are for models with one output, this one has " + b.y().size());
        if (!b.sampleWeights().isEmpty()) throw new IllegalArgumentException("give class weights or sample weights, not both");
        Tensor y = b.y().get(0);
        int n = b.size(), k = n == 0 ? 0 : y.size() / n;
        double[] labels = y.toDoubleArray();
        float[] w = new float[n];
        for (int i = 0; i < n; i++) w[i] = weights.getOrDefault(classOf(labels, i * k, k), 1.0).floatValue();
        return new Batch(b.x(), b.y(), List.of(Tensor.wrap(DType.FLOAT32, Shape.of(n), w)));
    }

    /** A label that is a class, or the greatest of a row that is one-hot. */
    private static int classOf(double[] labels, int at, int k) {
        if (k == 1) return (int) labels[at];
        int best = 0;
        for (int j = 1; j < k; j++) if (labels[at + j] > labels[at + best]) best = j;
        return best;
    }
}
