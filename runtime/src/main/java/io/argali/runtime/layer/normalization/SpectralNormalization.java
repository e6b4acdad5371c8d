package io.argali.runtime.layer.normalization;

import io.argali.runtime.layer.Initializer;
import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.layer.core.Embedding;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import org.jspecify.annotations.Nullable;

/**
 * Around a layer: in training, divides its kernel by the kernel's greatest singular value before every step, found by power iteration. In
 * prediction, the layer alone. Miyato et al., 2018.
 */
public record SpectralNormalization(@Nullable Instance layer, int powerIterations) implements UnaryLayer {
    private static final double EPSILON = 1e-7; // keras.config.epsilon()

    public static final SpectralNormalization DEFAULTS = new SpectralNormalization(null, 1);

    @Override
    public Value call(Scope scope, Value x) {
        if (layer == null) throw new ShapeException("SpectralNormalization has no layer");
        scope.renew("layer/" + weight(), w -> {
            Value u = direction(scope, w);
            return scope.training() ? normalized(scope, w, u) : w;
        });
        return scope.call("layer", layer, x).cast(x.dtype());
    }

    /** The name of the inner layer's weight. */
    public String weight() {
        return layer != null && layer.layer() instanceof Embedding ? "embeddings" : "kernel";
    }

    private static Value direction(Scope scope, Value w) {
        scope.state("kernel", w.dtype(), w.shape(), new Initializer.Zeros()); // Keras' files hold it twice
        Shape row = Shape.of(1, w.shape().last());
        return scope.state("vector_u", w.dtype(), row, new Initializer.TruncatedNormal(0, 0.02, null));
    }

    private Value normalized(Scope scope, Value w, Value before) {
        Value matrix = w.reshape(-1, w.shape().last());
        Value u = before, v = before;
        for (int i = 0; i < powerIterations; i++) {
            v = unit(u.matMul(matrix, false, true));
            u = unit(v.matMul(matrix));
        }
        Value sigma = v.matMul(matrix).matMul(u, false, true).reshape();
        Value zero = w.equal(0).all(false);
        scope.update("vector_u", zero.select(before, u));
        return zero.select(w, w.divide(sigma));
    }

    private static Value unit(Value x) {
        return x.multiply(x.square().sum(true).rsqrt().minimum(1 / EPSILON));
    }
}
