package io.argali.converters;

import java.nio.file.Path;

/** The formats that are written, by the ends of names. */
enum Format {
    KERAS,
    FOLDER,
    H5,
    JSON,
    WEIGHTS,
    SHARDED_WEIGHTS,
    ONNX,
    SAVED_MODEL;

    static Format of(Path path) {
        String name = path.getFileName() == null ? "" : path.getFileName().toString();
        if (name.endsWith(".keras")) return KERAS;
        if (name.endsWith(".weights.h5")) return WEIGHTS;
        if (name.endsWith(".weights.json")) return SHARDED_WEIGHTS;
        if (name.endsWith(".h5") || name.endsWith(".hdf5")) return H5;
        if (name.endsWith(".json")) return JSON;
        if (name.endsWith(".onnx")) return ONNX;
        if (name.endsWith(".savedmodel")) return SAVED_MODEL;
        if (!name.isEmpty() && name.indexOf('.') < 0) return FOLDER;
        throw new UnsupportedModelException(
                path
                        + ": models are saved as .keras, .h5, .json, .weights.h5, .weights.json, .onnx, .savedmodel, or as a folder without extension; this is none of these");
    }
}
