package io.argali.runtime.layer.preprocessing.image;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.ShapeException;

/** A layer that varies images at random in training, and hands them on in its compute type otherwise. */
interface Augmentation extends UnaryLayer {
    @Override
    default Value call(Scope scope, Value x) {
        if (scope.training()) {
            throw new ShapeException(
                    "random images are not supported in training; take the layer out of the model, or vary the data before");
        }
        return x.cast(scope.computeType());
    }
}
