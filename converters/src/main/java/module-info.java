import org.jspecify.annotations.NullMarked;

/** Model files to layers and back: Keras in all its dialects, SavedModel, ONNX. */
@NullMarked
module io.argali.converters {
    requires transitive io.argali.loader;
    requires transitive io.argali.runtime;
    requires transitive io.argali.trainer;
    requires static org.jspecify;

    exports io.argali.converters;
    exports io.argali.converters.export;
    exports io.argali.converters.keras;
    exports io.argali.converters.onnx;
    exports io.argali.converters.tensorflow;
    exports io.argali.converters.savedmodel;
}
