package io.argali.converters.keras;

import io.argali.loader.ArrayData;
import io.argali.loader.Content;
import io.argali.loader.FileBytes;
import io.argali.loader.ModelFormatException;
import io.argali.loader.NewFolder;
import io.argali.loader.archive.Archive;
import io.argali.loader.archive.ZipWriter;
import io.argali.loader.hdf5.Hdf5File;
import io.argali.loader.json.Json;
import io.argali.loader.npy.Npy;
import io.argali.runtime.layer.Instance;
import io.argali.runtime.model.Model;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Keras 3's {@code .keras}: a zip, or a folder, of {@code metadata.json}, {@code config.json}, {@code model.weights.h5} and assets. */
public final class KerasArchive {
    private static final String CONFIG = "config.json";
    private static final String METADATA = "metadata.json";
    /** Keras reads of its assets what its layers have written, and leaves the rest alone. */
    private static final String PARITY = "assets/argali/parity/";

    private static final String NPY = ".npy";
    private static final String WEIGHTS = "model.weights.h5";

    private KerasArchive() {}

    /** Reads a model. */
    public static Model read(Path path, LayerCatalog catalog) {
        Archive archive = Archive.open(path);
        String file = archive.label();
        if (!archive.has(CONFIG)) {
            throw new ModelFormatException(
                    file + ": has no " + CONFIG + ", so it is no Keras model; it has " + archive.names());
        }
        Object config = Json.parse(file + ": " + CONFIG, archive.text(CONFIG));
        boolean keras2 = isKeras2(archive);
        Instance root = Assets.resolve(
                ModelReader.read(file, keras2 ? Keras2.layer(file, config) : config, catalog), archive, catalog);
        if (!archive.has(WEIGHTS)) {
            String remedy = archive.has("model.weights.npz")
                    ? "; its model.weights.npz holds pickled Python objects: save it again as HDF5"
                    : "";
            throw new ModelFormatException(file + ": has no " + WEIGHTS + remedy);
        }
        Hdf5File h5 = Hdf5File.of(file + ": " + WEIGHTS, archive.open(WEIGHTS));
        if (!keras2) return WeightFile.load(file, catalog, root, config, h5.root());
        Model read = WeightFile.loadKeras2(file, catalog, root, config, h5.root());
        return read.withSavedTraining(Keras2Training.of(file, read.savedTraining(), read, null));
    }

    private static boolean isKeras2(Archive archive) {
        if (!archive.has(METADATA)) return false;
        Object metadata = Json.parse(archive.label() + ": " + METADATA, archive.text(METADATA));
        return metadata instanceof Map<?, ?> m && m.get("keras_version") instanceof String v && Keras2.wrote(v);
    }

    /** The arrays that certify what a model predicts; null if the file has none, or is none of these. */
    public static @Nullable Map<String, ArrayData> parity(Path path) {
        if (!Files.isDirectory(path) && !FileBytes.kindOf(FileBytes.map(path)).startsWith("a zip")) return null;
        Archive archive = Archive.open(path);
        Map<String, ArrayData> arrays = new LinkedHashMap<>();
        for (String name : archive.names()) {
            if (!name.startsWith(PARITY) || !name.endsWith(NPY)) continue;
            String own = name.substring(PARITY.length(), name.length() - NPY.length());
            arrays.put(own, Npy.parse(archive.label() + ": " + name, archive.open(name)));
        }
        return arrays.isEmpty() ? null : arrays;
    }

    /**
     * Writes a model as a zip.
     *
     * @param parity the arrays that certify what it predicts; none if empty
     */
    public static void write(Model model, Path path, LayerCatalog catalog, Map<String, ArrayData> parity) {
        Map<String, Content> members = members(model, path, catalog, parity);
        try (ZipWriter zip = new ZipWriter(path).synced()) {
            members.forEach(zip::add);
        }
    }

    /** Writes a model as a folder; see {@link #write}. */
    public static void writeFolder(Model model, Path path, LayerCatalog catalog, Map<String, ArrayData> parity) {
        NewFolder.write(path, members(model, path, catalog, parity), KerasArchive::isModel);
    }

    /** Whether a folder with files of these names is a model and holds nothing else. */
    public static boolean isModel(Set<String> names) {
        return names.contains(CONFIG)
                && Set.of(METADATA, CONFIG, WEIGHTS, "assets").containsAll(names);
    }

    private static Map<String, Content> members(
            Model model, Path path, LayerCatalog catalog, Map<String, ArrayData> parity) {
        Map<String, Content> members = new LinkedHashMap<>();
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("keras_version", KerasConfig.VERSION);
        metadata.put(
                "date_saved",
                LocalDateTime.now(ZoneId.systemDefault()).format(DateTimeFormatter.ofPattern("yyyy-MM-dd@HH:mm:ss")));
        members.put(METADATA, Content.of(Json.write(metadata)));
        members.put(CONFIG, Content.of(Json.write(KerasConfig.of(path.toString(), model, catalog, false))));
        members.put(WEIGHTS, WeightFile.file(path.toString(), catalog, model));
        members.putAll(Assets.files(model.root(), catalog));
        parity.forEach((name, array) -> members.put(PARITY + name + NPY, Content.of(Npy.format(array))));
        return members;
    }
}
