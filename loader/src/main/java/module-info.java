/** Containers and bytes to plain values and back; knows no layer. */
@org.jspecify.annotations.NullMarked
module io.argali.loader {
    requires transitive static org.jspecify;
    requires com.fasterxml.jackson.core;
    requires de.siegmar.fastcsv;
    requires io.jhdf;
    // jhdf is an automatic module and logs through slf4j without saying so.
    requires org.slf4j;
    requires org.apache.commons.lang3;

    exports io.argali.loader;
    exports io.argali.loader.archive;
    exports io.argali.loader.csv;
    exports io.argali.loader.hdf5;
    exports io.argali.loader.json;
    exports io.argali.loader.npy;
}
