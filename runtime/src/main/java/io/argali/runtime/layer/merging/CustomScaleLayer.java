package io.argali.runtime.layer.merging;

import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.ShapeException;
import java.util.List;

/** {@code a + scale · b}; of Keras' Inception-ResNet v2 (keras/src/applications/inception_resnet_v2.py). */
public record CustomScaleLayer(double scale) implements Layer {
    public static final CustomScaleLayer DEFAULTS = new CustomScaleLayer(1);

    @Override
    public List<Value> call(Scope scope, List<Value> inputs) {
        if (inputs.size() != 2) throw new ShapeException("expected 2 inputs, got " + inputs.size());
        return List.of(inputs.get(0).add(inputs.get(1).multiply(scale)));
    }
}
