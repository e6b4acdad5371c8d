package io.argali.runtime.layer.preprocessing.image;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.ShapeException;

/** A layer that varies images at random in training, and hands them on in its compute type otherwise. */
interface Augmentation extends UnaryLayer {
    @Override
    default Value call(Scope scope, Value x) {
        Value y = x.cast(scope.computeType());
        return scope.training() ? vary(scope, y) : y;
    }

    /** The images of a step of training, each varied in its own way. Same shape. */
    default Value vary(Scope scope, Value images) {
        throw new ShapeException(getClass().getSimpleName()
                + " is not supported in training; take the layer out of the model, or vary the data before");
    }
}
