import org.jspecify.annotations.NullMarked;

/** TensorFlow Java as an engine for Argali's graphs. */
@NullMarked
module io.argali.tensorflow {
    requires transitive io.argali.converters;
    requires org.tensorflow.ndarray;
    requires static org.jspecify;
    requires tensorflow;

    exports io.argali.tensorflow;

    provides io.argali.runtime.plan.BackendProvider with
            io.argali.tensorflow.TensorFlowProvider;
}
