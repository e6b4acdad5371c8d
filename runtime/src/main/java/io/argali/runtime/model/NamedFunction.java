package io.argali.runtime.model;

import io.argali.runtime.layer.Layer;
import java.util.List;

/** A layer whose inputs and outputs have names of their own, as a function of a SavedModel has. */
public interface NamedFunction extends Layer {
    /** What a model of this layer alone is given, in order. */
    List<InputSpec> inputs();

    /** The names of the results, in order. */
    List<String> outputNames();
}
