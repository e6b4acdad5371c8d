package io.argali.runtime.layer.preprocessing;

import io.argali.runtime.layer.Layer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A layer with a vocabulary, which a model's file has in the layer's configuration or, where it was learnt, as a text file of its own. Keras
 * stores the weights of such layers by name.
 */
public interface VocabularyLayer extends Layer {
    /** The tokens in order, special ones first or left out; null where the configuration has none. */
    @Nullable
    List<Object> vocabulary();

    /** This layer with the tokens that the lines of a file hold. */
    VocabularyLayer withLines(List<String> lines);
}
