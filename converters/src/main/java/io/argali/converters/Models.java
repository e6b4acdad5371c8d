package io.argali.converters;

import io.argali.converters.keras.JsonWithWeights;
import io.argali.converters.keras.KerasArchive;
import io.argali.converters.keras.LayerCatalog;
import io.argali.converters.keras.LegacyH5;
import io.argali.converters.keras.ShardedWeights;
import io.argali.converters.onnx.OnnxFile;
import io.argali.converters.savedmodel.SavedModels;
import io.argali.converters.tensorflow.SavedModelFolder;
import io.argali.loader.ArrayData;
import io.argali.loader.FileBytes;
import io.argali.loader.ModelFormatException;
import io.argali.runtime.model.Model;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Loads and saves models. {@code Models.load(Path.of("model.keras")).predict(x)} */
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

    /**
     * Loads a function of a SavedModel.
     *
     * @param folder the one with {@code saved_model.pb}
     * @param signature its name, such as {@code serving_default}
     */
    public static Model load(Path folder, String signature) {
        if (!SavedModels.isSavedModel(folder))
            throw new ModelFormatException(folder + ": has no saved_model.pb, so it has no signature " + signature);
        return guarded(folder, () -> SavedModels.read(folder, signature));
    }

    /**
     * Saves a model of Keras' own layers, in the format that the file's name asks for:
     *
     * <ul>
     *   <li>{@code .keras}: everything, in a zip; without an extension: the same in a folder;
     *   <li>{@code .h5}: everything, in the format before {@code .keras};
     *   <li>{@code .json}: the architecture, and the weights beside it in {@code .weights.h5};
     *   <li>{@code .weights.h5}: the weights, and the optimizer's state; {@code .weights.json}: the same in files of 5 GB;
     *   <li>{@code .onnx}: the prediction, for ONNX Runtime; above 2 GiB with its weights in {@code .onnx.data} beside it;
     *   <li>{@code .savedmodel}: the prediction and its variables in a folder, for TensorFlow.
     * </ul>
     *
     * The file appears whole or not at all; a model of that name and format is replaced, anything else left alone.
     *
     * @throws io.argali.loader.ModelFormatException if the file cannot be written, or something else stands there
     * @throws UnsupportedModelException if there is no such format, or it has no words for parts of the model; the message names them all
     */
    public static void save(Model model, Path path) {
        with(LayerCatalog.standard()).write(model, path);
    }

    /** A model's architecture as JSON, as Keras' {@code to_json()} gives it. */
    public static String toJson(Model model) {
        return JsonWithWeights.architecture(model.name(), model, LayerCatalog.standard());
    }

    /**
     * Whether models are saved under such a name: for asking before hours of training.
     *
     * @throws io.argali.loader.ModelFormatException if something else stands there
     * @throws UnsupportedModelException if there is no such format
     */
    public static void checkName(Path path) {
        Replaceable.require(path, Format.of(path));
    }

    /** Saves what a file holds in another format: {@code convert(Path.of("old.h5"), Path.of("new.keras"))}. */
    public static Conversion convert(Path from, Path to) {
        return convert(load(from), from, to);
    }

    /** Saves a model that was loaded from a file in another format, with the certificate that the file may have. */
    public static Conversion convert(Model model, Path from, Path to) {
        Parity parity = Parity.read(from);
        if (parity != null && holdsParity(to)) {
            save(model, to, parity);
            return Conversion.of(model, to, List.of());
        }
        save(model, to);
        return Conversion.of(model, to, parity == null ? List.of() : List.of("the parity certificate"));
    }

    /**
     * Saves a model as {@code .keras} or folder, with a certificate of what it predicts; {@link #loadVerified} checks it.
     *
     * @throws UnsupportedModelException if the format has no place for it
     */
    public static void save(Model model, Path path, Parity parity) {
        if (!holdsParity(path))
            throw new UnsupportedModelException(path + ": only .keras files and folders hold a parity certificate");
        with(LayerCatalog.standard()).write(model, path, parity.arrays());
    }

    private static boolean holdsParity(Path path) {
        return Format.of(path) == Format.KERAS || Format.of(path) == Format.FOLDER;
    }

    /**
     * Loads a model and makes sure that it predicts what its certificate says.
     *
     * @throws io.argali.loader.ModelFormatException if it does not, or has no certificate
     */
    public static Model loadVerified(Path path) {
        Model model = load(path);
        Parity parity = Parity.read(path);
        if (parity == null) throw new ModelFormatException(path + ": has no parity certificate to be checked by");
        parity.require(model, path.toString());
        return model;
    }

    /** Saves a model; see {@link #save}. */
    public void write(Model model, Path path) {
        write(model, path, Map.of());
    }

    private void write(Model model, Path path, Map<String, ArrayData> parity) {
        Format format = Format.of(path);
        Replaceable.require(path, format);
        switch (format) {
            case KERAS -> KerasArchive.write(model, path, catalog, parity);
            case FOLDER -> KerasArchive.writeFolder(model, path, catalog, parity);
            case H5 -> LegacyH5.write(model, path, catalog);
            case JSON -> JsonWithWeights.write(model, path, catalog);
            case WEIGHTS -> JsonWithWeights.writeWeights(model, path, catalog);
            case SAVED_MODEL -> SavedModelFolder.write(model, path);
            case ONNX -> OnnxFile.write(model, path);
            case SHARDED_WEIGHTS -> ShardedWeights.write(model, path, catalog, ShardedWeights.DEFAULT_SHARD);
        }
    }

    /** Loads a model; see {@link #load(Path)}. */
    public Model read(Path path) {
        return guarded(path, () -> readKind(path));
    }

    private static Model guarded(Path path, Supplier<Model> reader) {
        try {
            return reader.get();
        } catch (StackOverflowError e) {
            throw new ModelFormatException(path + ": is nested too deeply", e);
        } catch (IllegalArgumentException | IndexOutOfBoundsException | ClassCastException | NullPointerException e) {
            // Layers check their own options and know no file.
            if (e instanceof ModelFormatException || e instanceof UnsupportedModelException) throw e;
            if (String.valueOf(e.getMessage()).startsWith(path.toString())) throw e;
            throw new ModelFormatException(path + ": " + e.getMessage(), e);
        }
    }

    private Model readKind(Path path) {
        if (Files.isDirectory(path))
            return SavedModels.isSavedModel(path) ? SavedModels.read(path, catalog) : KerasArchive.read(path, catalog);
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
