import org.jspecify.annotations.NullMarked;

/** Containers and bytes: HDF5, zip, JSON, protobuf, TensorBundle, npy. Knows no layer. */
@NullMarked
module io.argali.loader {
    requires transitive com.fasterxml.jackson.databind;
    requires com.google.protobuf;
    requires io.jhdf;
    // jhdf is an automatic module: without this, its logger is not resolved on the module path.
    requires org.slf4j;
    requires static org.jspecify;
}
