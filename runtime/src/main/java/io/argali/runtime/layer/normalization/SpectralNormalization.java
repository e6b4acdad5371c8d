package io.argali.runtime.layer.normalization;

import io.argali.runtime.layer.Initializer;
import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import org.jspecify.annotations.Nullable;

/**
 * Around a layer: in training, divides its kernel by the kernel's greatest singular value before every step, found by power iteration. In
 * prediction, the layer alone. Miyato et al., 2018.
 */
public record SpectralNormalization(@Nullable Instance layer, int powerIterations) implements UnaryLayer {
    public static final SpectralNormalization DEFAULTS = new SpectralNormalization(null, 1);

    @Override
    public Value call(Scope scope, Value x) {
        if (layer == null) throw new ShapeException("SpectralNormalization has no layer");
        Value y = scope.call("layer", layer, x);
        Value kernel = scope.declared("layer/kernel");
        if (kernel == null) kernel = scope.declared("layer/embeddings");
        if (kernel == null)
            throw new ShapeException("SpectralNormalization needs a layer with a kernel, got " + layer.layer());
        if (scope.training()) throw new ShapeException("SpectralNormalization cannot be trained yet");
        // Keras' files hold the kernel twice.
        scope.state("kernel", kernel.dtype(), kernel.shape(), new Initializer.Zeros());
        scope.state(
                "vector_u",
                kernel.dtype(),
                Shape.of(1, kernel.shape().last()),
                new Initializer.TruncatedNormal(0, 0.02, null));
        return y.cast(x.dtype());
    }
}
