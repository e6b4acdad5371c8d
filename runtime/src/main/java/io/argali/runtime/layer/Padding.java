package io.argali.runtime.layer;

/** What a convolution or pooling finds beyond the border; Keras' {@code padding}. */
public enum Padding {
    /** Nothing: windows stay inside. */
    VALID,
    /** As many zeros on both sides, the odd one behind, that there is an output for every stride. */
    SAME,
    /** Zeros in front only, so that no output sees a later input. */
    CAUSAL
}
