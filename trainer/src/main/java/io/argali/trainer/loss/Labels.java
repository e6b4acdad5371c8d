package io.argali.trainer.loss;

import io.argali.runtime.tensor.Shape;

/** What labels are, by their shape and that of the outputs, as Keras tells them apart (trainers/compile_utils.py). */
public enum Labels {
    /** One probability for each sample. */
    BINARY,
    /** The number of a class. */
    SPARSE,
    /** A probability for each class. */
    ONE_HOT;

    public static Labels of(Shape yTrue, Shape yPred) {
        if (yPred.last() == 1) return BINARY;
        boolean sparse = yTrue.rank() < yPred.rank() || yTrue.last() == 1 && yPred.last() > 1;
        return sparse ? SPARSE : ONE_HOT;
    }
}
