package io.argali.trainer.callback;

import io.argali.runtime.model.Model;
import io.argali.runtime.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** What callbacks see of a training that is under way. */
public interface Training {
    /** The model as it is now, with the state of its optimizer. */
    Model model();

    /** The current weights, by path. */
    Map<String, Tensor> weights();

    /** Gives weights other values. */
    void setWeights(Map<String, Tensor> weights);

    double learningRate();

    /**
     * Sets the learning rate.
     *
     * @throws IllegalStateException if a schedule gives the rate
     */
    void setLearningRate(double rate);

    /** All tensors that a training consists of: weights, optimizer, running metrics, counters. Putting them back continues it where it was. */
    List<Tensor> state();

    void setState(List<Tensor> state);

    /**
     * Makes a training that begins go on at a step of an epoch, both from 0: what comes before is left out of the data. For {@link
     * Callback#onTrainBegin}, after {@link #setState}.
     */
    void continueAt(int epoch, int step);

    /**
     * Where the last batch first leads to something that is no finite number: a weight, an input, a layer, or the loss; in words.
     *
     * @param weights those that the step began with
     */
    String firstNotFinite(Map<String, Tensor> weights);

    /** Ends training after the current batch. */
    void stop();

    boolean isStopping();

    /** How many epochs training is to have. */
    int epochs();

    /** Batches in an epoch; {@link io.argali.trainer.data.Dataset#UNKNOWN} for a stream. */
    int batchesPerEpoch();

    /** Batches trained on since training began, over all calls. */
    long iterations();

    /** Whether greater is better for a metric of this name; empty if that is not known. */
    java.util.Optional<Boolean> greaterIsBetter(String metric);
}
