package io.argali.runtime.layer;

import java.util.List;

/** A layer whose call takes a mask beside its input. */
public interface TakesMask extends Layer {
    @Override
    default List<String> parameters() {
        return List.of("inputs", "mask");
    }
}
