package io.argali.runtime.layer;

/** A layer whose outputs carry the masks of its inputs. */
public interface PassesMask extends Layer {
    @Override
    default boolean supportsMasking() {
        return true;
    }
}
