package io.argali.runtime.model;

import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.Layer;
import java.util.List;

/** A layer made of layers that have names of their own: {@link Functional} and {@link Sequential}. */
public interface Composite extends Layer {
    /** The layers, in Keras' order. */
    List<Instance> layers();
}
