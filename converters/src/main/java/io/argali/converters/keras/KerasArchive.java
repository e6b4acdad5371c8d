package io.argali.converters.keras;

import io.argali.loader.ModelFormatException;
import io.argali.loader.archive.Archive;
import io.argali.loader.hdf5.Hdf5File;
import io.argali.loader.json.Json;
import io.argali.runtime.layer.Instance;
import io.argali.runtime.model.Model;
import java.nio.file.Path;

/** Keras 3's {@code .keras}: a zip, or a folder, of {@code metadata.json}, {@code config.json}, {@code model.weights.h5} and assets. */
public final class KerasArchive {
    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "model.weights.h5";

    private KerasArchive() {}

    /** Reads a model. */
    public static Model read(Path path, LayerCatalog catalog) {
        Archive archive = Archive.open(path);
        String file = archive.label();
        if (!archive.has(CONFIG)) {
            throw new ModelFormatException(file + ": has no " + CONFIG + ", so it is no Keras model; it has " + archive.names());
        }
        Object config = Json.parse(file + ": " + CONFIG, archive.text(CONFIG));
        Instance root = Assets.resolve(ModelReader.read(file, java.util.Objects.requireNonNull(config), catalog), archive, catalog);
        if (!archive.has(WEIGHTS)) {
            String remedy = archive.has("model.weights.npz") ? "; its model.weights.npz holds pickled Python objects: save it again as HDF5" : "";
            throw new ModelFormatException(file + ": has no " + WEIGHTS + remedy);
        }
        Hdf5File h5 = Hdf5File.of(file + ": " + WEIGHTS, archive.open(WEIGHTS));
        return WeightFile.load(file, catalog, root, config, h5.root());
    }
}
