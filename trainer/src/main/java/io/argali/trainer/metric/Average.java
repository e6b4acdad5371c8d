package io.argali.trainer.metric;

/** How the scores of several classes become one. */
public enum Average {
    /** Counts of all classes together. */
    MICRO,
    /** The mean of the classes' scores. */
    MACRO,
    /** The mean, weighted by how often a class occurs. */
    WEIGHTED
}
