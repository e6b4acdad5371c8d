package io.argali.converters;

import io.argali.converters.keras.KerasArchive;
import io.argali.converters.keras.LayerCatalog;
import io.argali.runtime.model.Model;
import java.nio.file.Path;

/** Loads models. {@code Models.load(Path.of("model.keras")).predict(x)} */
public final class Models {
    private final LayerCatalog catalog;

    private Models(LayerCatalog catalog) {
        this.catalog = catalog;
    }

    /** Models whose files may name the layers of a catalogue of yours. */
    public static Models with(LayerCatalog catalog) {
        return new Models(catalog);
    }

    /**
     * Loads a model of Keras' own layers.
     *
     * @throws io.argali.loader.ModelFormatException if the file is broken
     * @throws UnsupportedModelException if the file is fine but has parts that are not supported; the message names them all
     */
    public static Model load(Path path) {
        return with(LayerCatalog.standard()).read(path);
    }

    /** Loads a model; see {@link #load}. */
    public Model read(Path path) {
        return KerasArchive.read(path, catalog);
    }
}
