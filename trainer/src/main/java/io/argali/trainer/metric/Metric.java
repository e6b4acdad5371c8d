package io.argali.trainer.metric;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A figure that is gathered over the batches of an epoch. Its state is a few tensors; what a batch adds, and what the figure is, are formulas over
 * values, so that they run in the training step. A metric is a record whose components are the keys of its Keras configuration.
 */
public interface Metric {
    /** The name in histories. */
    String name();

    /** The state at the beginning of an epoch, given the types of the labels and outputs it will see, in Keras' order of variables. */
    List<Tensor> initialState(TensorType yTrue, TensorType yPred);

    /** The number of tensors in the state. */
    int stateSize();

    /**
     * The state after a batch.
     *
     * @param sampleWeight one for each sample, or for each of its values; null for none
     * @param mask which of the outputs count, as the model computed it; null for all. Only means of functions ask for it, as in Keras.
     */
    List<Value> update(List<Value> state, Value yTrue, Value yPred, @Nullable Value sampleWeight, @Nullable Value mask);

    /** The figure, usually a scalar, from the state. */
    Value result(List<Value> state);

    /** The metric for labels and outputs of these types: itself, but for one that was given by a name that stands for several. */
    default Metric resolve(TensorType yTrue, TensorType yPred) {
        return this;
    }

    /** Whether a greater figure is a better one; empty where Keras does not say. */
    default Optional<Boolean> greaterIsBetter() {
        return switch (getClass().getSimpleName()) {
            case "Accuracy",
                    "AccuracyByShape",
                    "BinaryAccuracy",
                    "CategoricalAccuracy",
                    "SparseCategoricalAccuracy",
                    "TopKCategoricalAccuracy",
                    "SparseTopKCategoricalAccuracy",
                    "Precision",
                    "Recall",
                    "AUC",
                    "SensitivityAtSpecificity",
                    "SpecificityAtSensitivity",
                    "PrecisionAtRecall",
                    "RecallAtPrecision",
                    "ConcordanceCorrelation",
                    "PearsonCorrelation",
                    "FBetaScore",
                    "F1Score",
                    "IoU",
                    "BinaryIoU",
                    "MeanIoU",
                    "OneHotIoU",
                    "OneHotMeanIoU",
                    "CosineSimilarity",
                    "R2Score" -> Optional.of(true);
            case "Mean", "Sum", "TruePositives", "TrueNegatives", "FalsePositives", "FalseNegatives" ->
                Optional.empty();
            default -> Optional.of(false);
        };
    }
}
