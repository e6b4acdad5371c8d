package io.argali.runtime.layer.rnn;

import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.PassesMask;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.TakesMask;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Applies a layer to each step of a sequence. (batch, steps, …) → (batch, steps, what the layer makes of …) */
public record TimeDistributed(Instance layer) implements UnaryLayer, TakesMask, PassesMask {
    public static final TimeDistributed DEFAULTS =
            new TimeDistributed(Instance.of("layer", io.argali.runtime.layer.core.Dense.DEFAULTS));

    @Override
    public Value call(Scope scope, Value x) {
        if (x.rank() < 3) throw new ShapeException("expected a sequence (batch, steps, …), got " + x.type());
        Value mask = scope.mask();
        if (mask != null
                && (mask.rank() < 2
                        || !mask.shape().slice(0, 2).equals(x.shape().slice(0, 2)))) {
            throw new ShapeException("a mask of " + mask.shape() + " does not fit an input of " + x.shape());
        }
        if (layer.dtype().quantization() != null)
            throw new ShapeException("layer \"" + layer.name() + "\" inside is quantized ("
                    + layer.dtype().name() + "), of which Keras leaves out the scales here");
        if (!layer.layer().parameters().contains("mask")) mask = null;
        // Keras calls the layer's function, not the layer: no penalty on its outputs.
        Instance inner =
                new Instance(layer.name(), layer.layer(), layer.trainable(), layer.dtype(), null, layer.kept());
        boolean remembers = layer.layer() instanceof Recurrent r && r.stateful();
        boolean mixes = scope.training() && mixesRows();
        return remembers || mixes ? stepByStep(scope, inner, x, mask) : allAtOnce(scope, inner, x, mask);
    }

    @Override
    public boolean mixesRows() {
        return layer.layer().mixesRows();
    }

    /** The steps as further rows of the batch. */
    private static Value allAtOnce(Scope scope, Instance layer, Value x, @Nullable Value mask) {
        int batch = x.shape().dim(0), steps = x.shape().dim(1);
        Value y = call(scope, layer, rows(x), mask == null ? null : rows(mask));
        return y.reshape(y.shape().without(0).insert(0, steps).insert(0, batch));
    }

    private static Value rows(Value v) {
        Shape s = v.shape();
        return v.reshape(s.slice(1, s.rank()).with(0, s.dim(0) * s.dim(1)));
    }

    /** For a layer that remembers the step before, or looks at a whole batch. */
    private static Value stepByStep(Scope scope, Instance layer, Value x, @Nullable Value mask) {
        List<Value> outputs = IntStream.range(0, x.shape().dim(1))
                .mapToObj(t -> call(scope, layer, x.at(1, t), mask == null ? null : mask.at(1, t)))
                .toList();
        return Value.stack(1, outputs);
    }

    private static Value call(Scope scope, Instance layer, Value x, @Nullable Value mask) {
        return scope.call("layer", layer, List.of(x), mask == null ? Map.of() : Map.of("mask", mask))
                .get(0);
    }
}
