package io.argali.converters;

import io.argali.converters.keras.JsonWithWeights;
import io.argali.converters.keras.KerasArchive;
import io.argali.converters.tensorflow.SavedModelFolder;
import io.argali.loader.FileBytes;
import io.argali.loader.ModelFormatException;
import io.argali.loader.NewFile;
import io.argali.loader.NewFolder;
import io.argali.loader.archive.Archive;
import io.argali.loader.json.Json;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** What may make way for a model that is saved: nothing, an empty file or folder, or a model of that format, as in Keras. All else is left alone. */
final class Replaceable {
    /** The first field of an ONNX file: its version, which is a small number. */
    private static final int ONNX_VERSION = 0x08;

    private static final int LATEST_ONNX_VERSION = 64;

    private Replaceable() {}

    /**
     * Makes sure that a model may be saved under a name.
     *
     * @throws ModelFormatException if something else stands there
     */
    static void require(Path path, Format format) {
        switch (format) {
            case FOLDER, SAVED_MODEL -> folder(path, format);
            case JSON -> {
                file(path, format);
                file(JsonWithWeights.weights(path), Format.WEIGHTS);
            }
            default -> file(path, format);
        }
    }

    private static void folder(Path path, Format format) {
        try {
            NewFolder.requireReplaceable(
                    path, format == Format.FOLDER ? KerasArchive::isModel : SavedModelFolder::isModel);
        } catch (IOException e) {
            throw NewFile.unwritable(path, e);
        }
    }

    private static void file(Path path, Format format) {
        // What is no file at all is refused when it is written.
        if (!Files.isRegularFile(path) || !Files.isReadable(path)) return;
        MemorySegment bytes = FileBytes.map(path);
        String kind = FileBytes.kindOf(bytes);
        if (kind.equals("empty") || kind.startsWith("a Git LFS pointer")) return;
        if (!isModel(path, format, kind, bytes)) {
            throw new ModelFormatException(
                    path + ": exists and is " + kind + ", no model of this format; it is not overwritten");
        }
    }

    private static boolean isModel(Path path, Format format, String kind, MemorySegment bytes) {
        return switch (format) {
            // Keras 2 wrote HDF5 under this name too.
            case KERAS -> kind.equals("an HDF5 file") || kind.equals("a zip archive") && isKeras(path);
            case H5, WEIGHTS -> kind.equals("an HDF5 file");
            case JSON -> kind.equals("JSON") && has(path, "class_name");
            case SHARDED_WEIGHTS -> kind.equals("JSON") && has(path, "weight_map");
            case ONNX -> bytes.byteSize() > 1 && startsLikeOnnx(bytes);
            case FOLDER, SAVED_MODEL -> false;
        };
    }

    private static boolean startsLikeOnnx(MemorySegment bytes) {
        int version = bytes.get(ValueLayout.JAVA_BYTE, 1);
        return bytes.get(ValueLayout.JAVA_BYTE, 0) == ONNX_VERSION && version > 0 && version < LATEST_ONNX_VERSION;
    }

    private static boolean isKeras(Path zip) {
        try {
            return Archive.open(zip).has("config.json");
        } catch (ModelFormatException e) {
            return true; // broken off, as a killed process leaves it
        }
    }

    private static boolean has(Path json, String key) {
        try {
            return Json.read(json) instanceof Map<?, ?> m && m.containsKey(key);
        } catch (ModelFormatException e) {
            return false;
        }
    }
}
