package io.argali.runtime.layer.convolutional;

import io.argali.runtime.layer.Activation;
import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.ShapeException;

/** How every convolution begins and ends. */
final class ConvolutionFrame {
    private ConvolutionFrame() {}

    static Value channelsLast(Scope scope, Value x, int spatialRank, DataFormat format) {
        if (x.rank() != spatialRank + 2)
            throw new ShapeException("expected an input of rank " + (spatialRank + 2) + ", got " + x.type());
        return format.toChannelsLast(scope.floating(x));
    }

    /** Activates and goes back to the layer's data format, in the order that keeps the activation next to the product. */
    static Value of(Value y, Activation activation, DataFormat format) {
        return activation.isElementwise()
                ? format.fromChannelsLast(activation.apply(y))
                : activation.apply(
                        format.fromChannelsLast(y)); // softmax runs over the last axis of the model's own layout
    }
}
