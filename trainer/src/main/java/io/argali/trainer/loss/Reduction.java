package io.argali.trainer.loss;

/** How the losses of a batch become one number; Keras' names. */
public enum Reduction {
    SUM,
    /** The sum divided by the number of values. */
    SUM_OVER_BATCH_SIZE,
    /** As {@link #SUM_OVER_BATCH_SIZE}. */
    MEAN,
    /** The weighted sum divided by the sum of the weights. */
    MEAN_WITH_SAMPLE_WEIGHT,
    NONE
}
