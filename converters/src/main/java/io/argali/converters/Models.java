package io.argali.converters;

import io.argali.converters.keras.JsonWithWeights;
import io.argali.converters.keras.KerasArchive;
import io.argali.converters.keras.LayerCatalog;
import io.argali.converters.keras.LegacyH5;
import io.argali.loader.FileBytes;
import io.argali.loader.ModelFormatException;
import io.argali.runtime.model.Model;
import java.nio.file.Files;
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

    /** Loads the architecture of a {@code .json} with weights from elsewhere. */
    public static Model load(Path architecture, Path weights) {
        return JsonWithWeights.read(architecture, weights, LayerCatalog.standard());
    }

    /** Writes a model. */
    public static void save(Model model, Path path) {
        throw new UnsupportedOperationException(path + ": models cannot be written yet");
    }

    /** Loads a model; see {@link #load(Path)}. */
    public Model read(Path path) {
        try {
            return readKind(path);
        } catch (StackOverflowError e) {
            throw new ModelFormatException(path + ": is nested too deeply", e);
        }
    }

    private Model readKind(Path path) {
        if (Files.isDirectory(path)) return KerasArchive.read(path, catalog);
        return switch (Kind.of(path)) {
            case HDF5 -> LegacyH5.read(path, catalog);
            case JSON -> JsonWithWeights.read(path, null, catalog);
            case ZIP -> KerasArchive.read(path, catalog);
        };
    }

    /** What a file is, by its first bytes; its name may say otherwise. */
    private enum Kind {
        HDF5,
        JSON,
        ZIP;

        static Kind of(Path path) {
            return switch (FileBytes.kindOf(FileBytes.map(path))) {
                case "an HDF5 file" -> HDF5;
                case "JSON" -> JSON;
                default -> ZIP; // whose reader says what else it may be
            };
        }
    }
}
