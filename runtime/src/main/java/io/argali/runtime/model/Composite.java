package io.argali.runtime.model;

import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.Layer;
import java.util.List;

/** A layer made of layers that have names of their own: {@link Functional}, {@link Sequential} and {@link Pipeline}. */
public interface Composite extends Layer {
    /** The layers, in Keras' order. */
    List<Instance> layers();

    @Override
    default boolean mixesRows() {
        return layers().stream().anyMatch(l -> l.layer().mixesRows());
    }

    /** The same with other layers, one for each and of the same names. */
    Composite withLayers(List<Instance> other);
}
