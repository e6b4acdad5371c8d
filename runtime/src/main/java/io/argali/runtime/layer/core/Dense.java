package io.argali.runtime.layer.core;

import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.PassesMask;
import io.argali.runtime.layer.Quantization;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import java.util.function.Supplier;

/** Fully connected layer: {@code activation(x · kernel + bias)} over the last axis. (…, n) → (…, units) */
public record Dense(int units, Activation activation, boolean useBias, WeightOptions kernel, WeightOptions bias)
        implements UnaryLayer, PassesMask, Quantization.Quantizable {
    public static final Dense DEFAULTS =
            new Dense(1, Activation.LINEAR, true, WeightOptions.GLOROT_UNIFORM, WeightOptions.ZEROS);

    /** Keras' defaults, without activation. */
    public static Dense of(int units) {
        return of(units, Activation.LINEAR);
    }

    /** Keras' defaults. */
    public static Dense of(int units, Activation activation) {
        return new Dense(units, activation, true, WeightOptions.GLOROT_UNIFORM, WeightOptions.ZEROS);
    }

    @Override
    public Value call(Scope scope, Value x) {
        Shape shape = Shape.of(x.shape().last(), units);
        Supplier<Value> asked = useBias ? () -> scope.weight("bias", Shape.of(units), bias) : null;
        return activation.apply(new KernelProduct(scope, new Rows(shape), shape, kernel, asked).of(scope.floating(x)));
    }

    @Override
    public boolean takes(Quantization quantization) {
        return true;
    }

    /** The last axis of the input, by a matrix. */
    private record Rows(Shape matrix) implements KernelProduct.Form {
        @Override
        public Value product(Value x, Value kernel) {
            return x.matMul(kernel);
        }

        @Override
        public int[] summed() {
            return new int[] {-1};
        }

        @Override
        public Shape scale() {
            return Shape.of(matrix.last());
        }

        @Override
        public Value scaleOfKernel(Value scale) {
            return scale;
        }

        @Override
        public Value scaleOfResult(Value scale) {
            return scale;
        }

        @Override
        public boolean scalesFirst() {
            return false;
        }
    }
}
