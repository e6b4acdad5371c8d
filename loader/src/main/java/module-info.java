import org.jspecify.annotations.NullMarked;

/** Containers and bytes: HDF5, zip, JSON, protobuf, TensorBundle, npy, CSV. Knows no layer. */
@NullMarked
module io.argali.loader {
    requires com.fasterxml.jackson.core;
    requires transitive com.google.protobuf;
    requires de.siegmar.fastcsv;
    requires io.jhdf;
    // jhdf is an automatic module: without these, what it uses is not resolved on the module path.
    requires com.ning.compress.lzf;
    requires org.apache.commons.lang3;
    requires org.slf4j;
    requires static org.jspecify;

    exports io.argali.loader;
    exports io.argali.loader.archive;
    exports io.argali.loader.csv;
    exports io.argali.loader.hdf5;
    exports io.argali.loader.json;
    exports io.argali.loader.npy;
    exports io.argali.loader.protobuf;
    exports io.argali.loader.protobuf.onnx;
    exports io.argali.loader.tensorbundle;
}
