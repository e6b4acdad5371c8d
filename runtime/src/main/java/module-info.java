import org.jspecify.annotations.NullMarked;

/** Tensors, ops, layers, plans and kernels. Needs nothing but the JDK. */
@NullMarked
module io.argali.runtime {
    requires static jdk.incubator.vector;
    requires static org.jspecify;

    uses io.argali.runtime.plan.BackendProvider;

    exports io.argali.runtime.kernel;
    exports io.argali.runtime.layer.activations;
    exports io.argali.runtime.layer.attention;
    exports io.argali.runtime.layer.convolutional;
    exports io.argali.runtime.layer.core;
    exports io.argali.runtime.layer.merging;
    exports io.argali.runtime.layer.normalization;
    exports io.argali.runtime.layer.operation;
    exports io.argali.runtime.layer.pooling;
    exports io.argali.runtime.layer.preprocessing;
    exports io.argali.runtime.layer.preprocessing.image;
    exports io.argali.runtime.layer.regularization;
    exports io.argali.runtime.layer.reshaping;
    exports io.argali.runtime.layer.rnn;
    exports io.argali.runtime.layer;
    exports io.argali.runtime.model;
    exports io.argali.runtime.op;
    exports io.argali.runtime.plan;
    exports io.argali.runtime.special;
    exports io.argali.runtime.tensor;
}
